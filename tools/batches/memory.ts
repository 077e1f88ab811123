import { setTimeout as sleep } from "node:timers/promises";
import { isolateHeap } from "../../bench/isolate-memory.ts";
import { childrenMegabytes } from "../../bench/resident-memory.ts";
import type { FileObject } from "../../src/contract/batches.ts";
import { bundle } from "../bundle.ts";
import { serve, type Server } from "../serve.ts";

/** What a file has done to memory while it passed, in megabytes, and how long it took, in seconds. */
export interface Passage {
  /** The heap and the buffers of the Worker's isolate, with garbage: what counts in a deployment. */
  readonly isolate: { readonly before: number; readonly peak: number };
  /** All of workerd, with what stands in for R2, and garbage that nothing forces it to collect. */
  readonly process: { readonly before: number; readonly peak: number };
  readonly seconds: number;
}

/** How a file has passed. */
export interface FilePassages {
  readonly up: Passage;
  readonly down: Passage;
  /** Whether as many bytes came back. */
  readonly isWhole: boolean;
}

const BOUNDARY = "florence-edge-batches";
const SAMPLE_MS = 50;
const LINE_BYTES = 4000;

async function sample(server: Server) {
  const { heap, buffers } = await isolateHeap(server);
  return { isolate: (heap + buffers) / 1_000_000, process: await childrenMegabytes() };
}

/** Watches the memory while something is done. */
async function watched(server: Server, work: () => Promise<void>): Promise<Passage> {
  const before = await sample(server);
  const startedMs = Date.now();
  let peak = before;
  const state = { isOver: false };
  const watching = (async () => {
    while (!state.isOver) {
      const now = await sample(server);
      peak = { isolate: Math.max(peak.isolate, now.isolate), process: Math.max(peak.process, now.process) };
      await sleep(SAMPLE_MS);
    }
  })();
  await work();
  const seconds = (Date.now() - startedMs) / 1000;
  state.isOver = true;
  await watching;
  return {
    isolate: { before: before.isolate, peak: peak.isolate },
    process: { before: before.process, peak: peak.process },
    seconds,
  };
}

/** A form with a file of so many bytes, line after line, as it is needed. */
function formOf(bytes: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="large.jsonl"\r\n\r\n`;
  let [left, number] = [bytes, 0];
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(head)),
    pull: (controller) => {
      number += 1;
      const start = `{"custom_id":"line ${number}","url":"/v1/caption","body":{"image":"`;
      const line = encoder.encode(`${start}${"x".repeat(LINE_BYTES - start.length - 4)}"}}\n`).subarray(0, left);
      left -= line.length;
      controller.enqueue(line);
      if (left > 0) return;
      controller.enqueue(encoder.encode(`\r\n--${BOUNDARY}--\r\n`));
      controller.close();
    },
  });
}

async function send(url: URL, bytes: number): Promise<FileObject> {
  const headers = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
  // `duplex` is not in TypeScript's types of fetch.
  const init = { method: "POST", headers, body: formOf(bytes), duplex: "half" };
  const response = await fetch(new URL("/openai/v1/files", url), init);
  if (!response.ok) throw new Error(await response.text());
  const file: FileObject = await response.json();
  return file;
}

/** Reads a file's content, and returns its length. */
async function receive(url: URL, id: string): Promise<number> {
  const { body } = await fetch(new URL(`/openai/v1/files/${id}/content`, url));
  let length = 0;
  for await (const piece of body ?? []) length += piece.length;
  return length;
}

/** Sends a file of so many bytes to the built Worker and reads it again, and watches its process. */
export async function measurePassages(bytes: number): Promise<FilePassages> {
  const server = await serve(await bundle(), { port: 0, inspect: true });
  try {
    // What the first file loads is none of it.
    await receive(server.url, (await send(server.url, LINE_BYTES)).id);
    let [file, length] = ["", 0];
    const up = await watched(server, async () => {
      file = (await send(server.url, bytes)).id;
    });
    const down = await watched(server, async () => {
      length = await receive(server.url, file);
    });
    return { up, down, isWhole: length === bytes };
  } finally {
    await server.stop();
  }
}

/** The report of a passage, as a line. */
export function passageLine(name: string, { isolate, process: whole, seconds }: Passage): string {
  const range = ({ before, peak }: Passage["isolate"]): string =>
    `${before.toFixed(0)} MB before, at most ${peak.toFixed(0)} MB`;
  return `${name}: ${seconds.toFixed(1)} s; the isolate ${range(isolate)}; workerd ${range(whole)}`;
}
