import * as z from "zod";
import { isJsonObject, type JsonObject } from "../../src/contract/json-object.ts";

/** What `z.toJSONSchema` writes about a document, and not about values. */
const DOCUMENT_KEYS: ReadonlySet<string> = new Set(["$schema", "$defs", "$id", "id"]);

function inlined(value: unknown, definitions: JsonObject): unknown {
  if (Array.isArray(value)) return value.map((each) => inlined(each, definitions));
  if (!isJsonObject(value)) return value;
  const { $ref: reference, ...own } = value;
  const target = typeof reference === "string" ? definitions[reference.replace("#/$defs/", "")] : undefined;
  const whole = isJsonObject(target) ? { ...target, ...own } : value;
  const members = Object.entries(whole).filter(([name]) => !DOCUMENT_KEYS.has(name));
  return Object.fromEntries(members.map(([name, member]) => [name, inlined(member, definitions)]));
}

/** A schema as JSON Schema without references: for documents of other formats than ours. It must not contain itself. */
export function plainSchema(schema: z.ZodType): JsonObject {
  const json: unknown = z.toJSONSchema(schema, { io: "input" });
  const definitions = isJsonObject(json) && isJsonObject(json["$defs"]) ? json["$defs"] : {};
  const plain = inlined(json, definitions);
  return isJsonObject(plain) ? plain : {};
}
