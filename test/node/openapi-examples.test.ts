import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { EXAMPLES_PATH } from "../../tools/examples.ts";
import { expectFits, pointer, rows } from "../support/document-check.ts";

const document = openApiDocument(rows, "1.0.0", JSON.parse(await readFile(EXAMPLES_PATH, "utf8")));

interface Media {
  readonly examples?: Readonly<Record<string, object>>;
}

/** Returns the schema's URI and the example values for each media type of a request or response body. */
function bodiesOf(content: Readonly<Record<string, Media>>, ...parts: readonly string[]) {
  return Object.entries(content).map(([type, { examples = {} }]) => ({
    type,
    schema: pointer(...parts, "content", type, "schema"),
    values: Object.values(examples).map((example) => ("value" in example ? example.value : undefined)),
  }));
}

const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  (["get", "post"] as const).flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [{ name: `${method} ${path}`, path, method, operation }];
  }),
);

describe("the examples of the OpenAPI document", () => {
  it.each(operations)(
    "for the request body of $name match its schema",
    ({ path, method, operation: { requestBody } }) => {
      const content = requestBody !== undefined && "content" in requestBody ? requestBody.content : {};
      const bodies = bodiesOf(content, "paths", path, method, "requestBody");
      for (const { schema, values } of bodies) for (const value of values) expectFits(schema, value);
      const typesWithExamples = bodies.filter(({ values }) => values.length > 0).map(({ type }) => type);
      expect(typesWithExamples).toEqual(method === "get" ? [] : ["application/json"]);
    },
  );

  it.each(operations)(
    "for the response body of $name match its schema",
    ({ path, method, operation: { responses } }) => {
      const { content = {} }: { content?: Record<string, Media> } = responses?.["200"] ?? {};
      const bodies = bodiesOf(content, "paths", path, method, "responses", "200");
      for (const { schema, values } of bodies) for (const value of values) expectFits(schema, value);
      expect(bodies.find(({ type }) => type === "application/json")?.values.length).toBeGreaterThan(0);
    },
  );

  it("include every problem, in the form in which it is sent", () => {
    const examples = Object.entries(document.components?.examples ?? {});
    expect(examples.map(([code]) => code)).toEqual(Object.keys(problems));
    for (const [code, example] of examples) {
      const value: unknown = "value" in example ? example.value : undefined;
      expectFits(pointer("components", "schemas", "Problem"), value);
      expect(value).toMatchObject({ code });
    }
  });

  it("of problems are all referenced, except for the problems that occur outside all operations", () => {
    const references = JSON.stringify(document).matchAll(/"#\/components\/examples\/(?<code>[^"]+)"/gu);
    const referenced = new Set([...references].map(({ groups }) => groups?.["code"]));
    const unreferenced = Object.keys(problems).filter((code) => !referenced.has(code));
    expect(unreferenced).toEqual(["unknown-task", "not-found", "method-not-allowed"]);
  });
});
