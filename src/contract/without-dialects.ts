import { withCodes } from "./problem-codes.ts";
import { isDialectProblem } from "./dialect-problems.ts";
import type { OpenApiDocument } from "./response-examples.ts";

/** Returns the document without the codes of problems that only the dialects of others have: it describes none of their routes. */
export function withoutDialects(document: OpenApiDocument): OpenApiDocument {
  const { components } = document;
  const { Problem: problem } = components?.schemas ?? {};
  if (problem === undefined) return document;
  // The name is there already, so the schema keeps its place among the others.
  const schemas = { ...components?.schemas, Problem: withCodes(problem, (code) => !isDialectProblem(code)) };
  return { ...document, components: { ...components, schemas } };
}
