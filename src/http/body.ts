import { concatBytes } from "../bytes/concat-bytes.ts";
import { type Issue, Problem } from "../contract/problems.ts";

/**
 * Largest body in bytes. An image may have 10 MiB (`image/image.ts`), which become 14.04 MiB as base64 with MIME's line
 * breaks, escaped in JSON; the longest `labels` (`contract/requests.ts`) have 1.5 MiB in UTF-8. A larger body would
 * only fill the isolate's memory before it is rejected.
 */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

function tooLarge(maxBytes: number): Problem {
  return new Problem("body-too-large", `A body may have at most ${maxBytes} bytes.`);
}

/** Reads the whole body. Throws `body-too-large` as soon as it exceeds `maxBytes`; a declared length over the limit is rejected without reading. */
export async function readBody(request: Request, maxBytes = MAX_BODY_BYTES): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  if (Number(declared ?? 0) > maxBytes) throw tooLarge(maxBytes);
  return declared === null ? readChunks(request, maxBytes) : readAtOnce(request, maxBytes);
}

/** HTTP delivers no more bytes than declared. For a cached answer, reading chunk by chunk would take longer than all other work. */
async function readAtOnce(request: Request, maxBytes: number): Promise<Uint8Array> {
  const buffer = await request.arrayBuffer().catch((cause: unknown) => {
    throw cancelled(cause);
  });
  if (buffer.byteLength > maxBytes) throw tooLarge(maxBytes);
  return new Uint8Array(buffer);
}

async function readChunks(request: Request, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(request)) {
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return concatBytes(chunks);
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

/**
 * Maximum number of opening brackets, opening braces and commas in a JSON body. The largest useful request for one task
 * has about eighty. Each delimiter takes up to a hundred bytes when parsed, so a body of delimiters alone would fill the
 * isolate's memory.
 */
export const MAX_JSON_DELIMITERS = 1000;

const ascii = { quote: 0x22, backslash: 0x5c, comma: 0x2c, bracket: 0x5b, brace: 0x7b } as const;
const delimiters: ReadonlySet<number> = new Set([ascii.comma, ascii.bracket, ascii.brace]);

/** Index of the quote that closes the string opened at `opening`. Uses the engine's native search, since most of a body is an image in base64. */
function closingQuote(bytes: Uint8Array, opening: number): number {
  for (let at = bytes.indexOf(ascii.quote, opening + 1); at !== -1; at = bytes.indexOf(ascii.quote, at + 1)) {
    let backslashes = 0;
    while (bytes[at - 1 - backslashes] === ascii.backslash) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return bytes.length;
}

function hasTooManyDelimiters(bytes: Uint8Array, maxDelimiters: number): boolean {
  let count = 0;
  for (let at = 0; at < bytes.length && count <= maxDelimiters; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === ascii.quote) at = closingQuote(bytes, at);
    else if (delimiters.has(byte)) count += 1;
  }
  return count > maxDelimiters;
}

/** Parses a body as one JSON object with at most `maxDelimiters` delimiters. Throws `invalid-json` or `invalid-request`. */
export function parseJsonObject(
  bytes: Uint8Array,
  maxDelimiters = MAX_JSON_DELIMITERS,
): Readonly<Record<string, unknown>> {
  if (hasTooManyDelimiters(bytes, maxDelimiters)) {
    throw new Problem("invalid-request", `The JSON has more than ${maxDelimiters} brackets, braces and commas.`);
  }
  const value = parseJson(bytes);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  const issue: Issue = { path: "", message: "Send one JSON object." };
  throw new Problem("invalid-request", "The body is JSON, but not an object.", { issues: [issue] });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch (cause) {
    throw new Problem("invalid-json", "The body cannot be read as UTF-8 JSON.", { cause });
  }
}
