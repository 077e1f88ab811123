import { readPieces } from "../bytes/read-pieces.ts";
import { joinPieces } from "../bytes/read-stream.ts";
import { Problem } from "../contract/problems.ts";
import { type ContentCoding, contentCodingOf, inflate } from "./content-coding.ts";

/**
 * Largest body in bytes. An image may have 10 MiB (`image/image.ts`), which become 14.04 MiB as base64 with MIME's line
 * breaks, escaped in JSON; the longest `labels` (`contract/requests.ts`) have 1.5 MiB in UTF-8. A larger body would
 * only fill the isolate's memory before it is rejected.
 */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Time in which a whole body must arrive, in milliseconds: a stalled one would hold its bytes for ever. A photograph of 5 MB arrives in time at
 * 0.7 Mbit/s, the largest body at 2.3 Mbit/s.
 */
export const BODY_TIMEOUT_MS = 60_000;

/**
 * Largest declared length of a body that the platform reads by itself, which takes it a fifth less time of a cached answer: memory for all of it may be
 * allocated before it arrives.
 */
const AT_ONCE_BYTES = 256 * 1024;

/** How the bytes of a body are counted as they arrive. */
export interface BodyCount {
  /** Returns a signal that ends the reading with its reason, which is then thrown. Asked only for bodies that are read in pieces. */
  readonly revoked?: (() => AbortSignal) | undefined;
  /** Called with a number of bytes before memory is taken for them, decompressed. What it throws ends the reading. */
  readonly addBytes?: ((bytes: number) => void) | undefined;
}

/** Limits of a body. */
export interface BodyOptions extends BodyCount {
  /** `MAX_BODY_BYTES` by default. */
  readonly maxBytes?: number;
  /** Creates the signal of the deadline, as `AbortSignal.timeout` does. Omitted where the server itself ends slow requests (`serving/http-node.ts`). */
  readonly timeout?: ((milliseconds: number) => AbortSignal) | undefined;
  /** Called with the whole body, for whoever needs its bytes as well as what they say. */
  readonly keep?: ((body: Uint8Array) => void) | undefined;
}

function tooLarge(maxBytes: number): Problem {
  return new Problem("body-too-large", `A body may have at most ${maxBytes} bytes.`);
}

/**
 * Reads the whole body, decompressed, and lets it be kept. Throws what `readWhole` does.
 */
export async function readBody(request: Request, options: BodyOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const body = await readWhole(request, options);
  options.keep?.(body);
  return body;
}

/**
 * Reads the whole body, decompressed. Throws `body-too-large` as soon as it exceeds `maxBytes`, compressed or decompressed; a declared length over the
 * limit is rejected without reading. Also throws what `contentCodingOf` and `inflate` do, `body-timeout`, and `request-cancelled`.
 */
async function readWhole(
  request: Request,
  { maxBytes = MAX_BODY_BYTES, timeout, addBytes, revoked }: BodyOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const declared = declaredLength(request);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  const coding = contentCodingOf(request.headers);
  if (request.body === null) return new Uint8Array();
  const signal = timeout?.(BODY_TIMEOUT_MS);
  const isSmall = coding === undefined && declared > 0 && declared <= AT_ONCE_BYTES;
  try {
    if (!isSmall) return await readInPieces(request.body, { coding, declared, maxBytes, signal, addBytes, revoked });
    addBytes?.(declared);
    return new Uint8Array(await beforeAbort(request.arrayBuffer(), signal));
  } catch (thrown) {
    throw thrown instanceof Problem ? thrown : incomplete(thrown, signal);
  }
}

interface PiecesOptions extends BodyCount {
  readonly coding: ContentCoding | undefined;
  readonly declared: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

async function readInPieces(
  body: ReadableStream<Uint8Array>,
  { coding, declared, maxBytes, signal: deadline, addBytes, revoked }: PiecesOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const signals = [deadline, revoked?.()].filter((each) => each !== undefined);
  // Not the declared length: memory for the first piece is taken before anything arrives.
  const received = readPieces(body, { signal: AbortSignal.any(signals), isJoined: true });
  const inflated = coding === undefined ? received : inflate(limited(received, maxBytes), coding);
  const pieces = addBytes === undefined ? inflated : counted(inflated, addBytes);
  const expectedBytes = coding === undefined ? declared : undefined;
  const joined = await joinPieces(pieces, { maxBytes, expectedBytes });
  if (joined === undefined) throw tooLarge(maxBytes);
  return joined;
}

/** Settles as `promise` does, or rejects when the signal is aborted. */
async function beforeAbort<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** The declared length; 0 if none is declared. */
function declaredLength({ headers }: Request): number {
  return Number(headers.get("content-length") ?? 0);
}

/** Passes pieces on until they have more than `maxBytes`. */
async function* limited(pieces: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array, void, void> {
  let length = 0;
  for await (const piece of pieces) {
    length += piece.byteLength;
    if (length > maxBytes) throw tooLarge(maxBytes);
    yield piece;
  }
}

/** Passes pieces on, and counts their bytes. */
async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  addBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of pieces) {
    addBytes(piece.byteLength);
    yield piece;
  }
}

/** The problem of a body that ends early. A connection that breaks means that the caller disconnected, which is not a server fault. */
function incomplete(cause: unknown, deadline: AbortSignal | undefined): Problem {
  return deadline?.aborted === true
    ? new Problem("body-timeout", `The body had not arrived after ${BODY_TIMEOUT_MS / 1000} seconds.`, { cause })
    : new Problem("request-cancelled", "The connection broke off within the body.", { cause });
}
