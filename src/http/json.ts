import { Problem } from "../contract/problems.ts";
import { invalidRequest } from "./invalid-request.ts";

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

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Leaves out every member of an object that is null, at any depth: generated clients and language models send null for what is not set. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

/** Parses UTF-8 JSON with at most `maxDelimiters` delimiters. Throws `invalid-json` or `invalid-request`. */
export function parseJson(bytes: Uint8Array, maxDelimiters = MAX_JSON_DELIMITERS): unknown {
  if (hasTooManyDelimiters(bytes, maxDelimiters)) {
    throw new Problem("invalid-request", `The JSON has more than ${maxDelimiters} brackets, braces and commas.`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch (cause) {
    throw new Problem("invalid-json", "The body cannot be read as UTF-8 JSON.", { cause });
  }
}

/** Parses a body as one JSON object; a member that is null counts as absent. Throws `invalid-json` or `invalid-request`. */
export function parseJsonObject(bytes: Uint8Array, maxDelimiters = MAX_JSON_DELIMITERS): JsonObject {
  const value = withoutNulls(parseJson(bytes, maxDelimiters));
  if (isObject(value)) return value;
  throw invalidRequest("", "The body is JSON, but not an object: send one JSON object.");
}
