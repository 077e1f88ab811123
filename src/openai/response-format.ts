import { isJsonObject, type JsonObject } from "../contract/json-object.ts";
import { invalidParameter } from "../contract/parameter-problems.ts";

/** How a caller wants the content. */
export type ContentFormat =
  | { readonly kind: "default" | "text" | "json" }
  | { readonly kind: "schema"; readonly schema: JsonObject };

/** The schema of a format: chat has it inside of `json_schema`, responses beside the type. */
function schemaOf(format: JsonObject): unknown {
  const { json_schema: inside } = format;
  return isJsonObject(inside) ? inside["schema"] : format["schema"];
}

/** Reads the format of the content; `path` is the parameter's name. Without one, a text is a text and every other answer JSON. Throws `Problem`. */
export function readFormat(format: unknown, path: string): ContentFormat {
  if (format === undefined || format === null) return { kind: "default" };
  const type = isJsonObject(format) ? format["type"] : undefined;
  if (type === "text") return { kind: "text" };
  if (type === "json_object") return { kind: "json" };
  const schema = isJsonObject(format) && type === "json_schema" ? schemaOf(format) : undefined;
  if (isJsonObject(schema)) return { kind: "schema", schema };
  throw invalidParameter(path, "Send text, json_object, or json_schema with a schema that is an object.");
}
