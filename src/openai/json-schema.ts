import { isJsonObject, type JsonObject } from "../contract/json-object.ts";
import { Validator } from "@cfworker/json-schema";
import { Problem } from "../contract/problems.ts";

/**
 * Maximum number of subschemas, each counted as often as references lead to it: what a validation may cost. The schema of all of our answers has about three hundred. Without a
 * limit, forty definitions that each refer twice to the next would be a trillion steps.
 */
export const MAX_SUBSCHEMAS = 2000;

/**
 * Maximum number of parts of a schema times values of the answer: what a validation may cost altogether, since each part may be asked of each value. It takes a tenth of a
 * second.
 */
export const MAX_STEPS = 1_000_000;

/** Longest reason for which an answer does not fit, in characters: it repeats parts of the caller's schema. */
const MAX_REASON_CHARACTERS = 300;

/**
 * Keywords that are refused: a regular expression can take hours, unique items are compared each with each, and references by name cannot be counted. Those with
 * underscores are the validator's own notes of where references lead: it would believe a caller's.
 */
const REFUSED_KEYWORDS: ReadonlySet<string> = new Set([
  "pattern",
  "patternProperties",
  "uniqueItems",
  "$dynamicRef",
  "$recursiveRef",
  "$id",
  "id",
  "$anchor",
  "$dynamicAnchor",
  "__absolute_uri__",
  "__absolute_ref__",
  "__absolute_recursive_ref__",
]);

/**
 * Formats that are checked in a time that grows with the text's length alone. The validator's expressions for addresses take hours for some texts, and a picture
 * may have any text.
 */
const FORMATS: ReadonlySet<unknown> = new Set([
  "date",
  "time",
  "date-time",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uuid",
]);

/** Lists of which each entry is compared with the value, and so counts as a part. */
const LISTS: ReadonlySet<string> = new Set(["enum", "required"]);

/** Keywords whose value is data, in which nothing is a schema. */
const DATA_KEYWORDS: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);

/** Keywords whose value is an object of schemas by any names, which are no keywords. */
const NAMED_SCHEMAS: ReadonlySet<string> = new Set(["properties", "dependentSchemas", "dependencies"]);

/** Definitions are counted where references lead to them. */
const DEFINITIONS: ReadonlySet<string> = new Set(["$defs", "definitions"]);

function refusal(detail: string): Problem {
  return new Problem("unsupported-schema", detail, { issues: [{ path: "response_format", message: detail }] });
}

/** References that the validator reads as they are written. It makes addresses of them, in which escapes, spaces and line breaks become something else. */
const REFERENCE = /^#(?:\/[\p{L}\p{N}_$.~:@+-]*)*$/u;

/** The schema to which a JSON pointer within the document leads. Throws `unsupported-schema` if it leads nowhere. */
function resolved(root: JsonObject, reference: unknown): unknown {
  if (typeof reference !== "string" || !REFERENCE.test(reference)) {
    throw refusal("References in a schema are JSON pointers into it, as #/$defs/name, without escapes or spaces.");
  }
  const parts = reference.split("/").slice(1);
  const found = parts.reduce((at: unknown, part) => {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    return (isJsonObject(at) || Array.isArray(at)) && Object.hasOwn(at, name) ? Reflect.get(at, name) : undefined;
  }, root);
  if (found === undefined) throw refusal("A reference in the schema leads nowhere.");
  return found;
}

/** Throws for a keyword that could cost too much. */
function checkKeyword(keyword: string, value: unknown): void {
  if (REFUSED_KEYWORDS.has(keyword)) throw refusal(`The keyword ${keyword} is not supported in a schema.`);
  if (keyword === "format" && !FORMATS.has(value)) {
    throw refusal("This `format` is not supported in a schema: leave it out, answers have no texts of that kind.");
  }
}

/** Counts the values in an answer: itself, and all within it. */
function countValues(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((count: number, each: unknown) => count + countValues(each), 1);
}

/** Counts the parts of a schema, references followed. Throws `unsupported-schema` for too many, for references in a circle and for refused keywords. */
function countParts(root: JsonObject): number {
  let count = 0;
  const open = new Set<unknown>();
  const add = (parts: number): void => {
    count += parts;
    if (count > MAX_SUBSCHEMAS) throw refusal(`A schema has at most ${MAX_SUBSCHEMAS} parts, references followed.`);
  };
  const visit = (schema: unknown): void => {
    if (Array.isArray(schema)) return schema.forEach(visit);
    if (!isJsonObject(schema)) return;
    add(1);
    if (open.has(schema)) throw refusal("The schema refers to itself; no answer is nested without end.");
    open.add(schema);
    for (const [keyword, value] of Object.entries(schema)) visitKeyword(keyword, value);
    open.delete(schema);
  };
  const visitKeyword = (keyword: string, value: unknown): void => {
    checkKeyword(keyword, value);
    if (LISTS.has(keyword) && Array.isArray(value)) add(value.length);
    if (DATA_KEYWORDS.has(keyword) || DEFINITIONS.has(keyword)) return;
    if (keyword === "$ref") return visit(resolved(root, value));
    if (NAMED_SCHEMAS.has(keyword) && isJsonObject(value)) return Object.values(value).forEach(visitNamed);
    visit(value);
  };
  const visitNamed = (schema: unknown): void => {
    if (!isJsonObject(schema) && typeof schema !== "boolean") {
      throw refusal("A property's schema is an object or true or false.");
    }
    visit(schema);
  };
  visit(root);
  return count;
}

function isDraft7({ $schema: dialect }: JsonObject): boolean {
  return typeof dialect === "string" && dialect.includes("draft-07");
}

/** Throws `unsupported-schema` unless a value is valid by a caller's JSON Schema, of draft 2020-12 or draft-07. */
export function checkSchema(schema: JsonObject, value: unknown): void {
  if (countParts(schema) * countValues(value) > MAX_STEPS) {
    throw refusal("The schema has too many parts for an answer with so many values.");
  }
  const result = validation(schema, value);
  if (result.valid) return;
  // The innermost is last. No value of the answer is told: nobody has paid for it.
  const { keywordLocation } = result.errors.at(-1) ?? { keywordLocation: "#" };
  throw refusal(`The answer does not fit the schema at ${keywordLocation}.`.slice(0, MAX_REASON_CHARACTERS));
}

function validation(schema: JsonObject, value: unknown) {
  try {
    return new Validator(schema, isDraft7(schema) ? "7" : "2020-12").validate(value);
  } catch (cause) {
    // A schema that is none: the validator throws at what it cannot read.
    throw new Problem("unsupported-schema", "The schema cannot be read as a JSON Schema.", { cause });
  }
}
