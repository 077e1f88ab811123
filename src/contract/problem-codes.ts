import type { OpenApiDocument } from "./response-examples.ts";

/** A schema of a document. */
export type DocumentSchema = NonNullable<NonNullable<OpenApiDocument["components"]>["schemas"]>[string];

function withWanted(schema: DocumentSchema, isWanted: (code: string) => boolean): DocumentSchema {
  return "enum" in schema ? { ...schema, enum: schema.enum?.filter((code) => isWanted(String(code))) } : schema;
}

/** Returns the schema of a problem with only those codes that are wanted. */
export function withCodes(schema: DocumentSchema, isWanted: (code: string) => boolean): DocumentSchema {
  if (!("properties" in schema)) return schema;
  const { code } = schema.properties ?? {};
  return code === undefined
    ? schema
    : { ...schema, properties: { ...schema.properties, code: withWanted(code, isWanted) } };
}
