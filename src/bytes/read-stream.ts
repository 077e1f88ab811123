import { createByteBuffer } from "./byte-buffer.ts";
import { type PieceOptions, readPieces } from "./read-pieces.ts";

/** Limits of what is read. */
export interface ReadLimits {
  readonly maxBytes: number;
  /** The length that the sender declares: memory for more than it has sent is never allocated, and it may send more. */
  readonly expectedBytes?: number | undefined;
}

/** Copies pieces into one array. Returns `undefined` as soon as they have more than `maxBytes`. */
export async function joinPieces(
  pieces: AsyncIterable<Uint8Array>,
  { maxBytes, expectedBytes }: ReadLimits,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const buffer = createByteBuffer(maxBytes, expectedBytes);
  for await (const piece of pieces) {
    if (!buffer.append(piece)) return undefined;
  }
  return buffer.bytes();
}

/** Reads a whole stream. Returns `undefined` as soon as it has more than `maxBytes`. Throws as `readPieces` does. */
export function readStream(
  stream: ReadableStream<Uint8Array>,
  { signal, ...limits }: ReadLimits & Pick<PieceOptions, "signal">,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return joinPieces(readPieces(stream, { signal, isJoined: true, expectedBytes: limits.expectedBytes }), limits);
}
