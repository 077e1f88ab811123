import type { Service } from "../../src/contract/service.ts";
import { dialectApp, expectValid, jsonPost, picture, pictureUri } from "./dialect-app.ts";
import type { FakeGeneration } from "./fake-backend.ts";
import { openAiErrorSchema } from "./openai-schemas.ts";

/** The path of chat completions. */
export const PATH = "/openai/v1/chat/completions";
/** What a model generates for two boxes. */
export const boxes = "<s>cat<loc_100><loc_200><loc_300><loc_400>dog<loc_1><loc_2><loc_3><loc_4></s>";
/** Messages with the picture and other parts. */
export const withImage = (...parts: readonly object[]) => [
  { role: "user", content: [...parts, { type: "image_url", image_url: { url: pictureUri } }] },
];
/** Messages with the picture and a text. */
export const withText = (text: string) => withImage({ type: "text", text });

/** The response to a question about the picture. */
export async function ask(of: Partial<Service> | FakeGeneration, body: object, messages: unknown = withImage()) {
  const { app } = dialectApp(of);
  const response = await app.request(PATH, jsonPost({ model: "florence-2/caption", messages, ...body }));
  return { response, status: response.status, text: await response.text() };
}

/** What `/v1` answers to the same. */
export async function own(task: string, of: FakeGeneration, query = ""): Promise<unknown> {
  const { app } = dialectApp(of);
  const init = { method: "POST", body: picture, headers: { "content-type": "image/png" } };
  return (await app.request(`/v1/${task}${query}`, init)).json();
}

/** The error of a question about the picture, and its status. */
export async function errorOf(body: object, messages?: unknown) {
  const { status, text } = await ask({ text: "<s>a cat</s>" }, body, messages);
  const parsed = JSON.parse(text);
  expectValid(openAiErrorSchema, parsed);
  return { status, ...parsed.error };
}
