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

/** The bodies of a request or an answer: where each media type's schema is, and its examples. */
function bodiesOf(content: Readonly<Record<string, Media>>, ...at: readonly string[]) {
  return Object.entries(content).map(([type, { examples = {} }]) => ({
    type,
    schema: pointer(...at, "content", type, "schema"),
    values: Object.values(examples).map((example) => ("value" in example ? example.value : undefined)),
  }));
}

const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  (["get", "post"] as const).flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [{ name: `${method} ${path}`, path, method, operation }];
  }),
);

describe("the document's examples", () => {
  it.each(operations)("of what $name is asked fit", ({ path, method, operation: { requestBody } }) => {
    const content = requestBody !== undefined && "content" in requestBody ? requestBody.content : {};
    const bodies = bodiesOf(content, "paths", path, method, "requestBody");
    for (const { schema, values } of bodies) for (const value of values) expectFits(schema, value);
    const shown = bodies.filter(({ values }) => values.length > 0).map(({ type }) => type);
    expect(shown).toEqual(method === "get" ? [] : ["application/json"]);
  });

  it.each(operations)("of what $name answers fit", ({ path, method, operation: { responses } }) => {
    const { content = {} }: { content?: Record<string, Media> } = responses?.["200"] ?? {};
    const bodies = bodiesOf(content, "paths", path, method, "responses", "200");
    for (const { schema, values } of bodies) for (const value of values) expectFits(schema, value);
    expect(bodies.find(({ type }) => type === "application/json")?.values.length).toBeGreaterThan(0);
  });

  it("show every problem, as it is sent", () => {
    const examples = Object.entries(document.components?.examples ?? {});
    expect(examples.map(([code]) => code)).toEqual(Object.keys(problems));
    for (const [code, example] of examples) {
      const value: unknown = "value" in example ? example.value : undefined;
      expectFits(pointer("components", "schemas", "Problem"), value);
      expect(value).toMatchObject({ code });
    }
  });

  it("of problems are all referred to, but for those where no operation is", () => {
    const references = JSON.stringify(document).matchAll(/"#\/components\/examples\/(?<code>[^"]+)"/gu);
    const shown = new Set([...references].map(({ groups }) => groups?.["code"]));
    const unseen = Object.keys(problems).filter((code) => !shown.has(code));
    expect(unseen).toEqual(["unknown-task", "not-found", "method-not-allowed"]);
  });
});
