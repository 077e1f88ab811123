import {
  type AnswerPromise,
  FlorenceError,
  type Florence,
  type StreamPromise,
  type WithResponse,
} from "../client/florence.ts";
import type { ApiDocument } from "./api-document.ts";
import { methodOf } from "./snippets.ts";
import type { Picture } from "./state.ts";

type Options = Readonly<Record<string, unknown>>;

/** What came of a call: the whole answer's JSON, an SVG file's text, or events as they come. */
export type Answered = WithResponse<unknown>;

/** Asks a task by its name. Rejects with `FlorenceError`. */
export async function ask(florence: Florence, task: string, { image }: Picture, options: Options): Promise<Answered> {
  const method = methodOf(task);
  if (method === undefined) {
    throw new FlorenceError("unknown-task", `This page does not know the task ${task}.`, {
      fix: "Load the page anew.",
    });
  }
  // The options come out of fields that the API's own document describes; their types are not known here, and the API checks them.
  const called: AnswerPromise<unknown> | StreamPromise<unknown> = Reflect.apply(florence[method], florence, [
    image,
    options,
  ]);
  return called.withResponse();
}

/** The picture of an address as a data URI, out of a drawing over it; `undefined` where there is none. */
export async function pictureFromDrawing(florence: Florence, task: string, picture: Picture, options: Options) {
  const asked = Object.entries(options).filter(
    ([name]) => !["format", "compat", "include", "box_format", "stream"].includes(name),
  );
  const { data } = await ask(florence, task, picture, { ...Object.fromEntries(asked), overlay: "svg" });
  if (typeof data !== "string") return undefined;
  const drawing = new DOMParser().parseFromString(data, "image/svg+xml");
  const address = drawing.querySelector("image")?.getAttribute("href") ?? undefined;
  return address?.startsWith("data:image/") === true ? address : undefined;
}

/** The API's own description, which fields are drawn from. */
export async function loadDocument(fetch: typeof globalThis.fetch): Promise<ApiDocument> {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new FlorenceError("invalid-response", `/openapi.json: status ${response.status}`);
  return response.json();
}

/** Whatever was thrown, as the one error that is shown. */
export function asError(thrown: unknown): FlorenceError {
  if (thrown instanceof FlorenceError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new FlorenceError("internal", detail, { fix: "Load the page anew.", cause: thrown });
}
