import { isJsonObject, type JsonObject } from "../contract/json-object.ts";
import { Validator } from "@cfworker/json-schema";
import { Problem } from "../contract/problems.ts";

/**
 * Maximum number of subschemas, each counted as often as references lead to it: what a validation may cost. The schema of all of our answers has about three hundred. Without a
 * limit, forty definitions that each refer twice to the next would be a trillion steps.
 */
export const MAX_SUBSCHEMAS = 2000;

/** Keywords that are refused: a regular expression can take hours, and references by name cannot be counted. */
const REFUSED_KEYWORDS: ReadonlySet<string> = new Set([
  "pattern",
  "patternProperties",
  "$dynamicRef",
  "$recursiveRef",
  "$id",
  "id",
  "$anchor",
  "$dynamicAnchor",
]);

/** Keywords whose value is data, in which nothing is a schema. */
const DATA_KEYWORDS: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);

/** Keywords whose value is an object of schemas by any names, which are no keywords. */
const NAMED_SCHEMAS: ReadonlySet<string> = new Set(["properties", "dependentSchemas", "dependencies"]);

/** Definitions are counted where references lead to them. */
const DEFINITIONS: ReadonlySet<string> = new Set(["$defs", "definitions"]);

function refusal(detail: string): Problem {
  return new Problem("unsupported-schema", detail, { issues: [{ path: "response_format", message: detail }] });
}

/** The schema to which a JSON pointer within the document leads. */
function resolved(root: JsonObject, reference: unknown): unknown {
  if (typeof reference !== "string" || !/^#(?:\/|$)/u.test(reference)) {
    throw refusal("References in a schema are JSON pointers into it, as #/$defs/name.");
  }
  const parts = reference.split("/").slice(1);
  return parts.reduce((at: unknown, part) => {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    return (isJsonObject(at) || Array.isArray(at)) && Object.hasOwn(at, name) ? Reflect.get(at, name) : undefined;
  }, root);
}

/** Counts the steps of a validation, and throws `unsupported-schema` for too many, for references in a circle and for refused keywords. */
function checkCost(root: JsonObject): void {
  let count = 0;
  const open = new Set<unknown>();
  const visit = (schema: unknown): void => {
    if (Array.isArray(schema)) return schema.forEach(visit);
    if (!isJsonObject(schema)) return;
    count += 1;
    if (count > MAX_SUBSCHEMAS) throw refusal(`A schema has at most ${MAX_SUBSCHEMAS} parts, references followed.`);
    if (open.has(schema)) throw refusal("The schema refers to itself; no answer is nested without end.");
    open.add(schema);
    for (const [keyword, value] of Object.entries(schema)) visitKeyword(keyword, value);
    open.delete(schema);
  };
  const visitKeyword = (keyword: string, value: unknown): void => {
    if (REFUSED_KEYWORDS.has(keyword)) throw refusal(`The keyword ${keyword} is not supported in a schema.`);
    if (DATA_KEYWORDS.has(keyword) || DEFINITIONS.has(keyword)) return;
    if (keyword === "$ref") return visit(resolved(root, value));
    if (NAMED_SCHEMAS.has(keyword) && isJsonObject(value)) return Object.values(value).forEach(visit);
    visit(value);
  };
  visit(root);
}

function isDraft7({ $schema: dialect }: JsonObject): boolean {
  return typeof dialect === "string" && dialect.includes("draft-07");
}

/** Throws `unsupported-schema` unless a value is valid by a caller's JSON Schema, of draft 2020-12 or draft-07. */
export function checkSchema(schema: JsonObject, value: unknown): void {
  checkCost(schema);
  const result = validation(schema, value);
  if (result.valid) return;
  const [{ error, instanceLocation } = { error: "It does not fit.", instanceLocation: "#" }] = result.errors;
  throw refusal(`The answer does not fit at ${instanceLocation}: ${error}`);
}

function validation(schema: JsonObject, value: unknown) {
  try {
    return new Validator(schema, isDraft7(schema) ? "7" : "2020-12").validate(value);
  } catch (cause) {
    // A schema that is none: the validator throws at what it cannot read.
    throw new Problem("unsupported-schema", "The schema cannot be read as a JSON Schema.", { cause });
  }
}
