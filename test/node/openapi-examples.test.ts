import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { accountProblems, isAccountProblem } from "../../src/contract/account-problems.ts";
import { accountOperations } from "../../src/contract/account-operations.ts";
import { accountRouteProblems } from "../../src/contract/account-route-problems.ts";
import { adminOperations } from "../../src/contract/admin-operations.ts";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { accountMembers, ProblemDetails } from "../../src/contract/problem-details.ts";
import { isDialectProblem } from "../../src/contract/dialect-problems.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { UPLOADS_PATH } from "../../src/contract/uploads.ts";
import { withoutAccounts } from "../../src/contract/without-accounts.ts";
import { EXAMPLES_PATH } from "../../tools/examples.ts";
import { expectFits, pointer, rows } from "../support/document-check.ts";

const responseExamples = JSON.parse(await readFile(EXAMPLES_PATH, "utf8"));
const document = openApiDocument(rows, "1.0.0", responseExamples);
const withAccounts = openApiDocument(rows, "1.0.0", responseExamples, { hasAccounts: true });
const ways = { hasStripe: true };
const withPayments = openApiDocument(rows, "1.0.0", responseExamples, { hasAccounts: true, ways });

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
  (["get", "post", "put"] as const).flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [{ name: `${method} ${path}`, path, method, operation }];
  }),
);

/** The problems of our own operations: the dialects of others are not in the document. */
const ownProblems = Object.keys(problems).filter((code) => !isDialectProblem(code));

describe("the examples of the OpenAPI document", () => {
  it.each(operations)(
    "for the request body of $name match its schema",
    ({ path, method, operation: { requestBody } }) => {
      const content = requestBody !== undefined && "content" in requestBody ? requestBody.content : {};
      const bodies = bodiesOf(content, "paths", path, method, "requestBody");
      for (const { schema, values } of bodies) for (const value of values) expectFits(schema, value);
      const typesWithExamples = bodies.filter(({ values }) => values.length > 0).map(({ type }) => type);
      // An upload is prepared without a body, and a file has no example; jobs are read and cancelled.
      const isJson = Object.hasOwn(content, "application/json");
      expect(typesWithExamples).toEqual(isJson ? ["application/json"] : []);
      expect(isJson || ["get", "delete"].includes(method) || path.startsWith(UPLOADS_PATH)).toBe(true);
    },
  );

  it.each(operations)(
    "for the response body of $name match its schema",
    ({ path, method, operation: { responses } }) => {
      const status = responses?.["200"] === undefined ? "201" : "200";
      const { content = {} }: { content?: Record<string, Media> } = responses?.[status] ?? {};
      const bodies = bodiesOf(content, "paths", path, method, "responses", status);
      for (const { schema, values } of bodies) for (const value of values) expectFits(schema, value);
      expect(bodies.find(({ type }) => type === "application/json")?.values.length).toBeGreaterThan(0);
    },
  );

  it("include every problem of an API without accounts, in the form in which it is sent", () => {
    const shown = Object.entries(document.components?.examples ?? {});
    expect(shown.map(([code]) => code)).toEqual(ownProblems.filter((code) => !isAccountProblem(code)));
    for (const [code, example] of shown) {
      const value: unknown = "value" in example ? example.value : undefined;
      expectFits(pointer("components", "schemas", "Problem"), value);
      expect(value).toMatchObject({ code });
    }
  });

  it("include every problem of an API with accounts where credits are bought", () => {
    const shown = Object.entries(withPayments.components?.examples ?? {});
    expect(shown.map(([code]) => code)).toEqual(ownProblems);
    for (const [code, example] of shown) {
      const value: unknown = "value" in example ? example.value : undefined;
      expect(ProblemDetails.strict().parse(value)).toMatchObject({ code });
    }
  });

  it.each([
    ["without accounts", document, ["unknown-task", "not-found", "method-not-allowed"]],
    // A quote names its task in the body.
    ["with accounts", withAccounts, ["not-found", "method-not-allowed"]],
    ["where credits are bought", withPayments, ["not-found", "method-not-allowed"]],
  ])("of problems are all referenced, except for those that occur outside all operations: %s", (_, shown, outside) => {
    const references = JSON.stringify(shown).matchAll(/"#\/components\/examples\/(?<code>[^"]+)"/gu);
    const referenced = new Set([...references].map(({ groups }) => groups?.["code"]));
    const unreferenced = Object.keys(shown.components?.examples ?? {}).filter((code) => !referenced.has(code));
    expect(unreferenced).toEqual(outside);
  });
});

describe("the document of an API without accounts", () => {
  it("has nothing that only accounts have", () => {
    const text = JSON.stringify(document);
    const accountCodes = Object.keys({ ...accountProblems, ...accountRouteProblems });
    const codes = accountCodes.filter((code) => text.includes(`"${code}"`));
    expect(codes).toEqual([]);
    const names = Object.keys(accountMembers).filter((name) => text.includes(`"${name}":`));
    expect(names).toEqual([]);
    const statuses = operations.flatMap(({ operation }) => Object.keys(operation.responses ?? {}));
    expect(statuses.filter((status) => ["401", "402"].includes(status))).toEqual([]);
  });

  it("is what remains of the other without that", () => {
    const { paths, components } = withAccounts;
    const own = [...Object.values(accountOperations), ...Object.values(adminOperations)];
    const ownPaths = new Set<string>(own.map(({ path }) => path));
    expect(Object.keys(document.paths ?? {})).toEqual(Object.keys(paths ?? {}).filter((path) => !ownPaths.has(path)));
    const names = Object.keys(document.components?.schemas ?? {});
    expect(names.filter((name) => components?.schemas?.[name] === undefined)).toEqual([]);
    const remaining = withoutAccounts(withAccounts).components?.schemas ?? {};
    // A stream has one kind of event more.
    const same = names.filter((name) => name !== "AnswerEvent");
    const { AnswerEvent: event, ...others } = document.components?.schemas ?? {};
    expect(Object.fromEntries(same.map((name) => [name, remaining[name]]))).toEqual(others);
    const withoutCharge = JSON.stringify(remaining["AnswerEvent"])
      .replace(',{"$ref":"#/components/schemas/ChargeEvent"}', "")
      .replace(',"charge":"#/components/schemas/ChargeEvent"', "");
    expect(JSON.parse(withoutCharge)).toEqual(event);
  });
});
