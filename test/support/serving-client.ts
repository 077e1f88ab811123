import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createTokenizer } from "../../src/decoding/tokenizer.ts";

/** The picture of the README, as base64. */
export const street64 = await readFile(join(import.meta.dirname, "../pictures/street.jpg"), "base64");

const prompt = "What does the image describe?";

/** How much is asked at once. */
export interface Work {
  readonly prompts?: number;
  readonly beams?: number;
}

/** The body of an infer request: one caption, or many of the same. */
export function inferBody({ prompts = 1, beams = 1 }: Work = {}): string {
  const data = Array.from({ length: prompts }, () => prompt);
  const inputs = [
    { name: "image", datatype: "BYTES", shape: [1], data: [street64], parameters: { content_type: "base64" } },
    { name: "prompt", datatype: "BYTES", shape: [prompts], data },
    { name: "num_beams", datatype: "INT32", shape: [1], data: [beams] },
  ];
  return JSON.stringify({ inputs, outputs: [{ name: "token_ids" }] });
}

/** The same as a stream's body. */
export function streamBody({ prompts = 1, beams = 1 }: Work = {}): string {
  const texts = Array.from({ length: prompts }, () => prompt);
  return JSON.stringify({ text_input: texts, image: street64, num_beams: beams });
}

async function fileOf(path: string): Promise<string> {
  return readFile(join(import.meta.dirname, "../..", path), "utf8");
}

/** What the mini model writes about the picture, greedily: as the page on asking many tells, which is held against the API. */
async function shownCaption(): Promise<readonly number[]> {
  const page = await fileOf("docs/how-to/ask-many.md");
  const text = /"task": "caption", "status": "ok".*?"text": "(?<text>[^"]+)"/u.exec(page)?.groups?.["text"] ?? "";
  const model = async (name: string): Promise<unknown> => JSON.parse(await fileOf(`model-shards/mini/${name}`));
  return createTokenizer(await model("tokenizer.json"), await model("tokenizer_config.json")).encode(text);
}

/** Its token ids. */
export const caption = await shownCaption();

/** The token ids of an infer reply. */
export async function idsOf(response: Response): Promise<readonly number[]> {
  const body: { readonly outputs: readonly { readonly data: readonly number[] }[] } = await response.json();
  return body.outputs[0]?.data ?? [];
}

/** Posts to a model over a connection of its own; `leave` breaks it off. `status` rejects then, unless it came before. */
export function post(url: URL | string, path: string, body: string) {
  const done = Promise.withResolvers<number>();
  const sent = request(new URL(path, url), { method: "POST", agent: false }, (response) => {
    response.resume().on("end", () => done.resolve(response.statusCode ?? 0));
    response.on("error", done.reject);
  });
  sent.on("error", done.reject).end(body);
  return { status: done.promise, leave: () => void sent.destroy() };
}

/** A bare connection, for what no HTTP client would send. */
export async function rawSocket(url: URL | string): Promise<Socket & Disposable> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // The other side may reset what is hostile.
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.destroy() });
}

/** All that has come or comes until the other side closes. */
export async function received(socket: Socket): Promise<string> {
  const pieces: string[] = [];
  socket
    .setEncoding("latin1")
    .on("data", (piece: string) => pieces.push(piece))
    .resume();
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
  return pieces.join("");
}
