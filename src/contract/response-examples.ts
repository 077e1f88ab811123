import type { OpenApiGeneratorV31 } from "@asteasolutions/zod-to-openapi";

/** The generated OpenAPI document. */
export type OpenApiDocument = ReturnType<OpenApiGeneratorV31["generateDocument"]>;

/** Response bodies by path, media type and name: this API's responses to the document's request examples, written by `npm run docs`. */
export type ResponseExamples = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

type PathItem = NonNullable<OpenApiDocument["paths"]>[string];
type Operation = NonNullable<PathItem["get"]>;
type Examples = ResponseExamples[string];

/** A response with its content by media type. */
interface ResponseWithContent {
  readonly content?: Readonly<Record<string, object>>;
}

function withBodies(operation: Operation, examples: Examples): Operation {
  const { responses = {} } = operation;
  const response: ResponseWithContent | undefined = responses["200"];
  if (response?.content === undefined) return operation;
  const content = Object.entries(response.content).map(([type, media]) => {
    const bodies = Object.entries(examples[type] ?? {}).map(([name, value]) => [name, { value }] as const);
    return [type, bodies.length === 0 ? media : { ...media, examples: Object.fromEntries(bodies) }] as const;
  });
  return { ...operation, responses: { ...responses, "200": { ...response, content: Object.fromEntries(content) } } };
}

/** Returns the document with examples of its responses. */
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
