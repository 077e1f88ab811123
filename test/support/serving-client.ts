import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createTokenizer } from "../../src/decoding/tokenizer.ts";

/** The image of the README as base64. */
export const street64 = await readFile(join(import.meta.dirname, "../pictures/street.jpg"), "base64");

const prompt = "What does the image describe?";

/** The amount of work in one request. */
export interface Work {
  readonly prompts?: number;
  readonly beams?: number;
}

/** Returns the body of an infer request for one caption, or for several identical ones. */
export function inferBody({ prompts = 1, beams = 1 }: Work = {}): string {
  const data = Array.from({ length: prompts }, () => prompt);
  const inputs = [
    { name: "image", datatype: "BYTES", shape: [1], data: [street64], parameters: { content_type: "base64" } },
    { name: "prompt", datatype: "BYTES", shape: [prompts], data },
    { name: "num_beams", datatype: "INT32", shape: [1], data: [beams] },
  ];
  return JSON.stringify({ inputs, outputs: [{ name: "token_ids" }] });
}

/** Returns the body of a stream request for the same captions. */
export function streamBody({ prompts = 1, beams = 1 }: Work = {}): string {
  const texts = Array.from({ length: prompts }, () => prompt);
  return JSON.stringify({ text_input: texts, image: street64, num_beams: beams });
}

async function fileOf(path: string): Promise<string> {
  return readFile(join(import.meta.dirname, "../..", path), "utf8");
}

/** The mini model's greedy caption of the image, from `docs/how-to/ask-many.md`, which another test compares with the API. */
async function shownCaption(): Promise<readonly number[]> {
  const page = await fileOf("docs/how-to/ask-many.md");
  const text = /"task": "caption", "status": "ok".*?"text": "(?<text>[^"]+)"/u.exec(page)?.groups?.["text"] ?? "";
  const model = async (name: string): Promise<unknown> => JSON.parse(await fileOf(`model-shards/mini/${name}`));
  return createTokenizer(await model("tokenizer.json"), await model("tokenizer_config.json")).encode(text);
}

/** The token ids of the mini model's caption of the image. */
export const caption = await shownCaption();

/** Returns the token ids of an infer reply. */
export async function idsOf(response: Response): Promise<readonly number[]> {
  const body: { readonly outputs: readonly { readonly data: readonly number[] }[] } = await response.json();
  return body.outputs[0]?.data ?? [];
}

/** Sends a POST over a separate connection. `leave` closes the connection; `status` then rejects, unless it has resolved before. */
export function post(url: URL | string, path: string, body: string) {
  const done = Promise.withResolvers<number>();
  const sent = request(new URL(path, url), { method: "POST", agent: false }, (response) => {
    response.resume().on("end", () => done.resolve(response.statusCode ?? 0));
    response.on("error", done.reject);
  });
  sent.on("error", done.reject).end(body);
  return { status: done.promise, leave: () => void sent.destroy() };
}

/** Opens a raw connection, for bytes that no HTTP client would send. */
export async function rawSocket(url: URL | string): Promise<Socket & Disposable> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // The server may reset a hostile connection.
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.destroy() });
}

/** Returns everything that the socket receives until it is closed. */
export async function received(socket: Socket): Promise<string> {
  const pieces: string[] = [];
  socket
    .setEncoding("latin1")
    .on("data", (piece: string) => pieces.push(piece))
    .resume();
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
  return pieces.join("");
}
