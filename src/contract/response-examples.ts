import type { OpenAPIHono } from "@hono/zod-openapi";

/** The document as it is printed. */
export type OpenApiDocument = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

/** Bodies of answers by address, media type and name. The document's are what this API answers to its own examples; `npm run docs` asks it. */
export type ResponseExamples = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

type PathItem = NonNullable<OpenApiDocument["paths"]>[string];
type Operation = NonNullable<PathItem["get"]>;
type Examples = ResponseExamples[string];

/** A response with bodies by their media types. */
interface Answered {
  readonly content?: Readonly<Record<string, object>>;
}

function withBodies(operation: Operation, examples: Examples): Operation {
  const { responses = {} } = operation;
  const answered: Answered | undefined = responses["200"];
  if (answered?.content === undefined) return operation;
  const content = Object.entries(answered.content).map(([type, media]) => {
    const bodies = Object.entries(examples[type] ?? {}).map(([name, value]) => [name, { value }] as const);
    return [type, bodies.length === 0 ? media : { ...media, examples: Object.fromEntries(bodies) }] as const;
  });
  return { ...operation, responses: { ...responses, "200": { ...answered, content: Object.fromEntries(content) } } };
}

/** The document with examples of what is answered. */
export function withResponseExamples(document: OpenApiDocument, examples: ResponseExamples): OpenApiDocument {
  const paths = Object.entries(document.paths ?? {}).map(([path, item]): readonly [string, PathItem] => {
    const here = examples[path] ?? {};
    const { get, post } = item;
    return [
      path,
      { ...item, ...(get && { get: withBodies(get, here) }), ...(post && { post: withBodies(post, here) }) },
    ];
  });
  return { ...document, paths: Object.fromEntries(paths) };
}
