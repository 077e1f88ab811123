import { isAccountProblem } from "./account-problems.ts";
import { FLAT_CHARGE } from "./forms.ts";
import { type DocumentSchema, withCodes } from "./problem-codes.ts";
import { accountMembers } from "./problem-details.ts";
import type { OpenApiDocument } from "./response-examples.ts";

function problemWithoutAccounts(whole: DocumentSchema): DocumentSchema {
  const schema = withCodes(whole, (code) => !isAccountProblem(code));
  if (!("properties" in schema)) return schema;
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !Object.hasOwn(accountMembers, name));
  return { ...schema, properties: Object.fromEntries(properties) };
}

function withoutCharge(schema: DocumentSchema): DocumentSchema {
  if (!("properties" in schema)) return schema;
  const { [FLAT_CHARGE]: _charge, ...properties } = schema.properties ?? {};
  return { ...schema, properties };
}

/** Returns the document without the codes and members of problems, and the member of flat answers, that only accounts have: this API can send none of them. */
export function withoutAccounts(document: OpenApiDocument): OpenApiDocument {
  const { Problem: problem } = document.components?.schemas ?? {};
  if (problem === undefined) return document;
  // The name is there already, so the schema keeps its place among the others.
  const all = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) => [name, name.startsWith("FlatAnswer") ? withoutCharge(schema) : schema] as const,
  );
  const schemas = { ...Object.fromEntries(all), Problem: problemWithoutAccounts(problem) };
  return { ...document, components: { ...document.components, schemas } };
}
