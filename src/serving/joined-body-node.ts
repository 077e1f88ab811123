import type { IncomingMessage } from "node:http";
import { PIECE_BYTES } from "../bytes/read-pieces.ts";
import { ServingFailure } from "./serving-failure.ts";

/** Chunks of this size are passed on as they are: to copy them would cost more than a piece of their own. */
const LARGE_CHUNK_BYTES = PIECE_BYTES / 4;

/** Chunks of a body from which on their average size counts. Node parses up to ten thousand of one byte at a time, which takes 20 ms. */
export const MAX_TINY_CHUNKS = 1024;

/** Smallest average size of more chunks than that. HTTP libraries send kilobytes at a time, and lines of text have more bytes, too. */
export const MIN_AVERAGE_CHUNK_BYTES = 32;

/**
 * Milliseconds until a body in too many tiny chunks is refused: eight connections that sent them again and again took the whole thread. Meanwhile
 * nothing is read from its connection.
 */
export const TINY_CHUNKS_DELAY_MS = 2000;

function tooFragmented(): ServingFailure {
  return new ServingFailure(
    "invalid-request",
    `Of a body, more than ${MAX_TINY_CHUNKS} chunks have fewer than ${MIN_AVERAGE_CHUNK_BYTES} bytes on average: send its length, or larger chunks.`,
  );
}

/** Counts chunks. The function that it returns says whether there are too many for their bytes. */
function createChunkCount(): (chunk: Uint8Array) => boolean {
  let [chunks, bytes] = [0, 0];
  return ({ length }) => {
    chunks += 1;
    bytes += length;
    return chunks > MAX_TINY_CHUNKS && bytes < chunks * MIN_AVERAGE_CHUNK_BYTES;
  };
}

/** Joins small chunks: `add` and `rest` call `pass` with what is complete. */
function createJoiner(pass: (bytes: Uint8Array) => void) {
  let piece = new Uint8Array(PIECE_BYTES);
  let length = 0;
  const rest = (): void => {
    if (length === 0) return;
    pass(piece.subarray(0, length));
    piece = new Uint8Array(PIECE_BYTES);
    length = 0;
  };
  const add = (chunk: Uint8Array): void => {
    const isLarge = chunk.length >= LARGE_CHUNK_BYTES;
    if (isLarge || length + chunk.length > PIECE_BYTES) rest();
    if (isLarge) {
      pass(chunk);
      return;
    }
    piece.set(chunk, length);
    length += chunk.length;
  };
  return { add, rest };
}

/** Passes a request's body to a stream's controller, paused after each piece. Returns a function that ends this. */
function forward(incoming: IncomingMessage, controller: ReadableStreamDefaultController<Uint8Array>): () => void {
  const { add, rest } = createJoiner((bytes) => {
    controller.enqueue(bytes);
    incoming.pause();
  });
  const isFragmented = createChunkCount();
  let isOver = false;
  const once = (work: () => void) => (): void => {
    if (!isOver) work();
    isOver = true;
  };
  const refuse = once(() => {
    incoming.pause();
    setTimeout(() => controller.error(tooFragmented()), TINY_CHUNKS_DELAY_MS);
  });
  // Without this, listening would start the flow before anything is read.
  incoming.pause();
  incoming.on("data", (chunk: Uint8Array) => {
    if (isOver) return;
    if (isFragmented(chunk)) refuse();
    else add(chunk);
  });
  const finish = once(() => {
    rest();
    controller.close();
  });
  incoming.on("end", finish);
  incoming.on("error", (error) => once(() => controller.error(error))());
  incoming.on(
    "close",
    once(() => controller.error(new Error("The connection was closed."))),
  );
  return once(() => {});
}

/**
 * Returns the body of a request in pieces of `PIECE_BYTES`, the last one shorter. Node's `Readable.toWeb` makes a piece of each HTTP chunk, however
 * small: a body in chunks of one byte takes the thread 3 µs for each byte, joined 1 µs.
 */
function joinedBody(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let end: (() => void) | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        end = forward(incoming, controller);
      },
      pull: () => void incoming.resume(),
      cancel: () => end?.(),
    },
    { highWaterMark: 0 },
  );
}

/** Returns a request with its body joined. */
export function withJoinedBody(request: Request, incoming: IncomingMessage): Request {
  const { url, method, headers, signal } = request;
  if (method === "GET" || method === "HEAD") return request;
  // The option is required for a stream, and missing in the DOM types.
  const init = { method, headers, signal, body: joinedBody(incoming), duplex: "half" };
  return new Request(url, init);
}
