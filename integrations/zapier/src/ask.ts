import { createHash } from "node:crypto";
import type { Bundle, ZObject } from "zapier-platform-core";
import { apiUrl } from "./api.js";
import { tasks } from "./generated.js";
import { downloadImage, type ImageFile } from "./image.js";
import { throwNotTheApi } from "./problem.js";
import type { ActionRow, TaskRow } from "./rows.js";

type Input = Readonly<Record<string, unknown>>;
type Option = readonly [name: string, value: string];

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** Returns the task that a step asks. Throws if none is chosen. */
function taskOf(z: ZObject, { task, taskWithLabels }: ActionRow, input: Input): TaskRow {
  const isNamed = [input["labels"]].flat().some(isGiven);
  const name = input["task"] ?? (isNamed ? taskWithLabels : undefined) ?? task;
  const row = tasks.find((each) => each.name === name);
  if (row !== undefined) return row;
  throw new z.errors.Error("There is no such task. Choose one in the field Task.", "task-unknown", 400);
}

/** The options of a task as fields of a form, where each value is a text. A list is JSON: its texts may have commas. */
function optionsOf({ inputFields }: TaskRow, input: Input): readonly Option[] {
  return inputFields.flatMap(({ key }): readonly Option[] => {
    const value = input[key];
    if (Array.isArray(value)) return [[key, JSON.stringify(value.filter(isGiven))]];
    return isGiven(value) ? [[key, String(value)]] : [];
  });
}

/** The same for the same question: if Zapier sends the step again, it is charged once. */
function idempotencyKey(path: string, options: readonly Option[], { bytes }: ImageFile): string {
  return createHash("sha256")
    .update(JSON.stringify([path, options]))
    .update(bytes)
    .digest("hex");
}

/** A form as bytes, since Zapier's requests do not know the standard's `FormData`. */
async function encode(options: readonly Option[], { bytes, type }: ImageFile) {
  const form = new FormData();
  for (const [name, value] of options) form.set(name, value);
  form.set("image", new Blob([new Uint8Array(bytes)], { type }), "image");
  const encoded = new Response(form);
  return { body: Buffer.from(await encoded.arrayBuffer()), type: encoded.headers.get("content-type") ?? "" };
}

/** Asks the API about the step's image, and returns the flat answer with the request's id. */
export async function ask(z: ZObject, bundle: Bundle, action: ActionRow) {
  const task = taskOf(z, action, bundle.inputData);
  const options: readonly Option[] = [["format", "flat"], ...optionsOf(task, bundle.inputData)];
  const image = await downloadImage(z, bundle.inputData["image"]);
  const { body, type } = await encode(options, image);
  const headers = {
    "content-type": type,
    ...(isGiven(bundle.authData["apiKey"]) && { "idempotency-key": idempotencyKey(task.path, options, image) }),
  };
  const url = apiUrl(z, bundle, task.path);
  const response = await z.request<object | undefined>({ method: "POST", url, headers, body });
  if (response.data === undefined) throwNotTheApi(z);
  return { id: response.getHeader("x-request-id"), ...response.data };
}
