import {
  Z_BUF_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
  ZStream,
} from "pako";
import { concatBytes } from "../bytes/concat-bytes.ts";
import { excerpt } from "../bytes/excerpt.ts";
import { Problem } from "../contract/problems.ts";

/** A content coding of a request's body (RFC 9110, 8.4.1). */
export type ContentCoding = "gzip" | "deflate";

/** The supported codings in the syntax of Accept-Encoding. Brotli is not among them: workerd has no decoder for it. */
export const ACCEPTED_CODINGS = "gzip, deflate";

/** The codings by their names in Content-Encoding; `x-gzip` is an older name (RFC 9110, 8.4.1.3). */
const codings: ReadonlyMap<string, ContentCoding> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
]);

/** Returns the coding of a body; `undefined` if it is not compressed. Throws `unsupported-content-encoding` for another coding, and for several. */
export function contentCodingOf(headers: Headers): ContentCoding | undefined {
  const header = headers.get("content-encoding") ?? "";
  const names = header.split(",").map((name) => name.trim().toLowerCase());
  const [name, ...others] = names.filter((each) => each !== "" && each !== "identity");
  if (name === undefined) return undefined;
  const coding = codings.get(name);
  if (coding !== undefined && others.length === 0) return coding;
  throw new Problem("unsupported-content-encoding", `The body's content encoding is ${excerpt(header)}.`);
}

/** Bytes inflated at a time: a consumer that counts them can stop a decompression bomb after any of them. */
export const INFLATED_CHUNK_BYTES = 64 * 1024;

/** Maximum number of gzip members in a body. A body of 64 MiB in the blocks of `bgzip` has 1024; empty members would cost time and add no byte. */
export const MAX_GZIP_MEMBERS = 4096;

/** Formats of a compressed stream, as `windowBits` of zlib's `inflateInit2`. */
const windowBits = { gzip: 31, zlib: 15, raw: -15 } as const;

const DAMAGED = "its compressed data is damaged";
const INCOMPLETE = "its compressed data is incomplete";

function damaged(detail: string): Problem {
  return new Problem("invalid-content-encoding", `The body cannot be decompressed: ${detail}.`);
}

/** Whether a stream begins as zlib's (RFC 1950, 2.2). `deflate` means that, but some clients send the deflate data alone. */
function isZlib([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0;
}

/**
 * Creates an inflater: `push` yields what is ready after a further chunk, `end` the rest. Every array but the last has `INFLATED_CHUNK_BYTES`,
 * so that a body in tiny chunks does not become as many arrays.
 */
function createInflater(format: keyof typeof windowBits) {
  const stream = new ZStream();
  zlibInflateInit2(stream, windowBits[format]);
  let members = 1;
  let isEnded = false;
  /** What follows a gzip member is the next one; nothing may follow the end of another stream. */
  const startMember = (): void => {
    members += 1;
    if (format !== "gzip") throw damaged("it has bytes after the end of its compressed data");
    if (members > MAX_GZIP_MEMBERS) throw damaged(`it has more than ${MAX_GZIP_MEMBERS} gzip members`);
    zlibInflateReset(stream);
  };
  const startOutput = (): void => {
    stream.output = new Uint8Array(INFLATED_CHUNK_BYTES);
    [stream.next_out, stream.avail_out] = [0, INFLATED_CHUNK_BYTES];
  };
  return {
    *push(chunk: Uint8Array): Generator<Uint8Array, void, void> {
      [stream.input, stream.next_in, stream.avail_in] = [chunk, 0, chunk.length];
      do {
        if (isEnded) startMember();
        if (stream.avail_out === 0) startOutput();
        const status = zlibInflate(stream, Z_NO_FLUSH);
        if (status !== Z_OK && status !== Z_STREAM_END && status !== Z_BUF_ERROR) throw damaged(stream.msg || DAMAGED);
        isEnded = status === Z_STREAM_END;
        if (stream.avail_out === 0) yield stream.output;
      } while (stream.avail_in > 0 || (stream.avail_out === 0 && !isEnded));
    },
    *end(): Generator<Uint8Array, void, void> {
      if (!isEnded) throw damaged(INCOMPLETE);
      if (stream.avail_out > 0) yield stream.output.subarray(0, stream.next_out);
    },
  };
}

/**
 * Decompresses a body as its chunks arrive, in chunks of at most `INFLATED_CHUNK_BYTES`. Checksums are verified. Throws
 * `invalid-content-encoding` for damaged and incomplete data.
 *
 * Not `DecompressionStream`: workerd's decompresses everything that it is given before anything is read, 1 GB for a body of 1 MB.
 */
export async function* inflate(
  chunks: AsyncIterable<Uint8Array>,
  coding: ContentCoding,
): AsyncGenerator<Uint8Array, void, void> {
  let inflater: ReturnType<typeof createInflater> | undefined;
  let start: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    if (inflater !== undefined) yield* inflater.push(chunk);
    else {
      start = concatBytes([start, chunk]);
      // The first two bytes tell the format.
      if (start.length < 2) continue;
      inflater = createInflater(coding === "gzip" ? "gzip" : isZlib(start) ? "zlib" : "raw");
      yield* inflater.push(start);
    }
  }
  if (inflater === undefined) throw damaged(INCOMPLETE);
  yield* inflater.end();
}
