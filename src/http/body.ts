import { concatBytes } from "../bytes/concat-bytes.ts";
import { Problem } from "../contract/problems.ts";
import { contentCodingOf, inflate } from "./content-coding.ts";

/**
 * Largest body in bytes. An image may have 10 MiB (`image/image.ts`), which become 14.04 MiB as base64 with MIME's line
 * breaks, escaped in JSON; the longest `labels` (`contract/requests.ts`) have 1.5 MiB in UTF-8. A larger body would
 * only fill the isolate's memory before it is rejected.
 */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

function tooLarge(maxBytes: number): Problem {
  return new Problem("body-too-large", `A body may have at most ${maxBytes} bytes.`);
}

/**
 * Reads the whole body, decompressed. Throws `body-too-large` as soon as it exceeds `maxBytes`, compressed or decompressed; a declared length over the
 * limit is rejected without reading. Also throws what `contentCodingOf` and `inflate` do, and `request-cancelled`.
 */
export async function readBody(request: Request, maxBytes = MAX_BODY_BYTES): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  if (Number(declared ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const coding = contentCodingOf(request.headers);
  if (coding === undefined && declared !== null) return readAtOnce(request, maxBytes);
  const received = counted(chunksOf(request), maxBytes);
  return concatenated(coding === undefined ? received : counted(inflate(received, coding), maxBytes));
}

async function concatenated(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return concatBytes(all);
}

/** HTTP delivers no more bytes than declared. For a cached answer, reading chunk by chunk would take longer than all other work. */
async function readAtOnce(request: Request, maxBytes: number): Promise<Uint8Array> {
  const buffer = await request.arrayBuffer().catch((cause: unknown) => {
    throw cancelled(cause);
  });
  if (buffer.byteLength > maxBytes) throw tooLarge(maxBytes);
  return new Uint8Array(buffer);
}

/** Passes chunks on until they have more than `maxBytes`. */
async function* counted(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array, void, void> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

/** A connection that breaks within the body means that the caller disconnected, which is not a server fault. */
function cancelled(cause: unknown): Problem {
  return new Problem("request-cancelled", "The connection broke off within the body.", { cause });
}

/** The body's chunks as they arrive. */
async function* chunksOf(request: Request): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of request.body ?? []) yield chunk;
  } catch (cause) {
    throw cancelled(cause);
  }
}
