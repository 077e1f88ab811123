import { concatBytes } from "../bytes/concat-bytes.ts";
import { type Issue, Problem } from "../contract/problems.ts";

/**
 * Largest body in bytes. An image may have 10 MiB (`image/intake.ts`); base64 with MIME's line breaks, escaped in JSON,
 * makes 14.1 MiB of it, and the longest `labels` (`contract/requests.ts`) add up to two. More would only fill the
 * isolate's memory before it is refused.
 */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

function tooLarge(maxBytes: number): Problem {
  return new Problem("body-too-large", `A body may have at most ${maxBytes} bytes.`);
}

/** The whole body, never holding more than the limit; a declared length over it is refused unread. */
export async function readBody(request: Request, maxBytes = MAX_BODY_BYTES): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  if (Number(declared ?? 0) > maxBytes) throw tooLarge(maxBytes);
  return declared === null ? readChunks(request, maxBytes) : readAtOnce(request, maxBytes);
}

/** HTTP gives no more bytes than were declared. Chunk by chunk they would cost a cached answer more than all else of it. */
async function readAtOnce(request: Request, maxBytes: number): Promise<Uint8Array> {
  const buffer = await request.arrayBuffer().catch((cause: unknown) => {
    throw brokenOff(cause);
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

/** A connection that breaks off is the caller's going away, not a fault of ours. */
function brokenOff(cause: unknown): Problem {
  return new Problem("request-cancelled", "The connection broke off within the body.", { cause });
}

/** The body as it comes. */
async function* chunksOf(request: Request): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of request.body ?? []) yield chunk;
  } catch (cause) {
    throw brokenOff(cause);
  }
}

/**
 * Most brackets, braces and commas of a JSON body. The largest request for a task that means something has some eighty; parsed, each
 * costs up to a hundred times its byte, so that a body of nothing else would fill the isolate.
 */
export const MAX_JSON_DELIMITERS = 1000;

const mark = { quote: 0x22, backslash: 0x5c, comma: 0x2c, bracket: 0x5b, brace: 0x7b } as const;
const counted: ReadonlySet<number> = new Set([mark.comma, mark.bracket, mark.brace]);

/** Where the string that begins at `opening` ends; a picture in base64 is most of a body, and found by the engine's own search. */
function closingQuote(bytes: Uint8Array, opening: number): number {
  for (let at = bytes.indexOf(mark.quote, opening + 1); at !== -1; at = bytes.indexOf(mark.quote, at + 1)) {
    let backslashes = 0;
    while (bytes[at - 1 - backslashes] === mark.backslash) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return bytes.length;
}

function hasTooManyDelimiters(bytes: Uint8Array, maxDelimiters: number): boolean {
  let delimiters = 0;
  for (let at = 0; at < bytes.length && delimiters <= maxDelimiters; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === mark.quote) at = closingQuote(bytes, at);
    else if (counted.has(byte)) delimiters += 1;
  }
  return delimiters > maxDelimiters;
}

/** A body as one JSON object, with no more brackets, braces and commas than `maxDelimiters`. */
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
