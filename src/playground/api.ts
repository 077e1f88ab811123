import {
  type AnswerPromise,
  FlorenceError,
  type Florence,
  type StreamPromise,
  type WithResponse,
} from "../client/florence.ts";
import type { ApiDocument } from "./api-document.ts";
import { methodOf } from "./snippets.ts";
import type { SelectedImage } from "./state.ts";

type Options = Readonly<Record<string, unknown>>;

/** The response to a call: an answer's JSON, the text of an SVG file, or a stream of events. */
export type TaskResponse = WithResponse<unknown>;

/** Calls a task by its name. Rejects with `FlorenceError`. */
export async function callTask(
  florence: Florence,
  task: string,
  { source }: SelectedImage,
  options: Options,
): Promise<TaskResponse> {
  const method = methodOf(task);
  if (method === undefined) {
    throw new FlorenceError("unknown-task", `This page does not know the task ${task}.`, {
      fix: "Reload the page.",
    });
  }
  // The form fields are generated from the API's own document, so the types of the options are unknown here; the API validates them.
  const answer: AnswerPromise<unknown> | StreamPromise<unknown> = Reflect.apply(florence[method], florence, [
    source,
    options,
  ]);
  return answer.withResponse();
}

/**
 * Returns a display URL of the image at a URL: the API's drawing of it without the shapes, since the drawing turns the image upright;
 * `undefined` if the drawing has no image.
 */
export async function imageFromOverlay(florence: Florence, task: string, image: SelectedImage, options: Options) {
  const kept = Object.entries(options).filter(
    ([name]) => !["format", "compat", "include", "box_format", "stream"].includes(name),
  );
  const { data } = await callTask(florence, task, image, { ...Object.fromEntries(kept), overlay: "svg" });
  if (typeof data !== "string") return undefined;
  const svg = new DOMParser().parseFromString(data, "image/svg+xml");
  if (svg.querySelector("image") === null) return undefined;
  for (const shape of svg.querySelectorAll("g")) shape.remove();
  return URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" }));
}

/** Loads the OpenAPI document from which form fields are generated. Rejects with `FlorenceError` on an error status. */
export async function loadDocument(fetch: typeof globalThis.fetch): Promise<ApiDocument> {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new FlorenceError("invalid-response", `/openapi.json: status ${response.status}`);
  return response.json();
}

/** Converts any thrown value to the error type that the page shows. */
export function asError(thrown: unknown): FlorenceError {
  if (thrown instanceof FlorenceError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new FlorenceError("internal", detail, { fix: "Reload the page.", cause: thrown });
}
