import { jsonExcess, type JsonLimits } from "../bytes/json-structure.ts";
import { MAX_CUSTOM_ID, MAX_LINE_BYTES, refusedInBatches } from "../contract/batches.ts";
import { isJsonObject, type JsonObject } from "../contract/json-object.ts";
import type { ProblemCode } from "../contract/problems.ts";
import type { Line } from "./line-reader.ts";

/** A line that can be asked. */
interface LineRequest {
  readonly kind: "request";
  readonly customId: string;
  readonly body: JsonObject;
}

/** A line that cannot be asked, with the reason. Its `custom_id` is null if it is not known. */
interface BrokenLine {
  readonly kind: "broken";
  readonly customId: string | null;
  readonly code: ProblemCode;
  readonly detail: string;
}

/** What a line is. */
export type ReadLine = LineRequest | BrokenLine;

/** Limits of a line's structure, before it is parsed: a hundred times what a useful line has. The request in it is checked again, as one that is sent directly. */
const LIMITS: JsonLimits = { depth: 40, containers: 20_000, commas: 20_000, names: 20_000 };

/** A `custom_id` that is a line's first member: all that can be read of one that is no JSON. */
const FIRST_ID = /^\s*\{\s*"custom_id"\s*:\s*(?<id>"(?:[^"\\]|\\.)*")/u;

/** Bytes of such a line in which its `custom_id` is looked for: six times its longest, as JSON can escape it. */
const ID_BYTES = 6 * MAX_CUSTOM_ID + 64;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function validId(id: unknown): string | null {
  return typeof id === "string" && id !== "" && id.length <= MAX_CUSTOM_ID ? id : null;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The `custom_id` of a line that cannot be parsed, if it is the first member. */
function idAtStart(bytes: Uint8Array): string | null {
  const id = FIRST_ID.exec(new TextDecoder().decode(bytes.subarray(0, ID_BYTES)))?.groups?.["id"];
  return validId(parsed(id ?? ""));
}

function broken(customId: string | null, code: ProblemCode, detail: string): BrokenLine {
  return { kind: "broken", customId, code, detail };
}

/** Why a line that is a JSON object cannot be asked; undefined if it can. */
function faultOf({ method = "POST", url, body }: JsonObject, endpoint: string): string | undefined {
  if (method !== "POST") return '`method` is "POST", or left out.';
  if (url !== endpoint) return `\`url\` is the endpoint of the batch: ${JSON.stringify(endpoint)}.`;
  if (!isJsonObject(body)) return "`body` is a JSON object: what would be sent to `url`.";
  const refused = Object.entries(refusedInBatches).find(([name]) => {
    const value = body[name];
    return value !== undefined && value !== null && value !== false;
  });
  return refused && `\`${refused[0]}\`: ${refused[1]}`;
}

/** The JSON object of a line, or what is wrong with it. */
function objectIn({
  bytes,
  isTooLong,
}: Pick<Line, "bytes" | "isTooLong">): { readonly object: JsonObject } | BrokenLine {
  if (isTooLong) {
    return broken(idAtStart(bytes), "line-too-long", `A line may have at most ${MAX_LINE_BYTES} bytes.`);
  }
  const excess = jsonExcess(bytes, LIMITS);
  if (excess !== undefined) return broken(idAtStart(bytes), "line-invalid", excess);
  const object = parsed(textOf(bytes) ?? "");
  return isJsonObject(object)
    ? { object }
    : broken(idAtStart(bytes), "line-invalid", "It is not one JSON object in UTF-8.");
}

/** Returns the `custom_id` of a line; null if it has none that can be used. */
export function customIdOf(line: Pick<Line, "bytes" | "isTooLong">): string | null {
  const read = objectIn(line);
  return "object" in read ? validId(read.object["custom_id"]) : read.customId;
}

/** Reads a line of a batch whose endpoint is known. Total: any bytes are a line. */
export function readLine(line: Pick<Line, "bytes" | "isTooLong">, endpoint: string): ReadLine {
  const read = objectIn(line);
  if (!("object" in read)) return read;
  const { custom_id: id, body } = read.object;
  const customId = validId(id);
  if (customId === null) {
    return broken(null, "line-invalid", `\`custom_id\` is a text of 1 to ${MAX_CUSTOM_ID} characters.`);
  }
  const fault = faultOf(read.object, endpoint);
  if (fault !== undefined || !isJsonObject(body)) return broken(customId, "line-invalid", fault ?? "");
  return { kind: "request", customId, body };
}
