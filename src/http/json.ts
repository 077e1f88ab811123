import { jsonExcess, type JsonLimits } from "../bytes/json-structure.ts";
import { Problem } from "../contract/problems.ts";
import { isJsonObject, type JsonObject, withoutNulls } from "../contract/json-object.ts";
import { invalidRequest } from "./invalid-request.ts";

/**
 * Maximum number of brackets and braces, of commas, and of colons in a JSON body. The largest useful request for one task has about eighty. What each
 * adds takes up to a hundred bytes when parsed, so a body of delimiters alone would fill the isolate's memory.
 */
export const MAX_JSON_DELIMITERS = 1000;

/** Maximum depth of a JSON body. The deepest useful request has five levels. */
export const MAX_JSON_DEPTH = 32;

function limitsOf(maxDelimiters: number): JsonLimits {
  return { depth: MAX_JSON_DEPTH, containers: maxDelimiters, commas: maxDelimiters, names: maxDelimiters };
}

/** Parses UTF-8 JSON with at most `maxDelimiters` of each delimiter. Throws `invalid-json` or `invalid-request`. */
export function parseJson(bytes: Uint8Array, maxDelimiters = MAX_JSON_DELIMITERS): unknown {
  const excess = jsonExcess(bytes, limitsOf(maxDelimiters));
  if (excess !== undefined) throw new Problem("invalid-request", excess);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch (cause) {
    throw new Problem("invalid-json", "The body cannot be read as UTF-8 JSON.", { cause });
  }
}

/** Parses a body as one JSON object; a member that is null counts as absent. Throws `invalid-json` or `invalid-request`. */
export function parseJsonObject(bytes: Uint8Array, maxDelimiters = MAX_JSON_DELIMITERS): JsonObject {
  const value = withoutNulls(parseJson(bytes, maxDelimiters));
  if (isJsonObject(value)) return value;
  throw invalidRequest("", "The body is JSON, but not an object: send one JSON object.");
}
