import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { type ProblemGroup, problemGroups, problemsOf } from "../../src/contract/problem-groups.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { readEvents } from "../../src/inference/protocol/sse.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { pngChunk, pngSignature } from "./image-bytes.ts";
import { xmlElements } from "./strict-xml.ts";

/** The contract's task rows, as functions/ passes them. */
export const rows = Object.entries(tasks).map(([name, { summary, input, answers }]) => ({
  name,
  summary,
  input,
  answers,
}));

const BASE = "https://api.test/openapi.json";

/** A PNG's last chunk. */
const pngEnd = pngChunk("IEND", new Uint8Array());

/** Returns the URI of a part of the document, with a JSON pointer as its fragment. */
export function pointer(...parts: readonly string[]): string {
  return `${BASE}#/${parts.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
}

/** Checks that a body is a PNG up to its end; test/raster/ decodes drawings. */
function checkPng(body: Uint8Array): void {
  expect(body.subarray(0, pngSignature.length)).toEqual(pngSignature);
  expect(body.subarray(-pngEnd.length)).toEqual(pngEnd);
}

type CheckBody = (schema: string, body: Uint8Array<ArrayBuffer>) => void | Promise<void>;
const textOf = (body: Uint8Array): string => new TextDecoder().decode(body);
const isGroup = (name = ""): name is ProblemGroup => Object.hasOwn(problemGroups, name);

/** A regular expression for the paths that a path with `{names}` stands for. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/gu, "[^/]+")}$`, "u");
}

/** The formats of texts in the document: moments and days. */
const formats = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/u,
  date: /^\d{4}-\d\d-\d\d$/u,
};

/** Creates the checks of responses against the OpenAPI document, without the example answers, of deployments with accounts or without. */
export function createDocumentCheck(hasAccounts: boolean) {
  const apiDocument = openApiDocument(rows, "1.0.0", {}, { hasAccounts });
  const ajv = new Ajv2020({ strict: false, formats });
  /*
   * The document's schemas, but the reference's form must have a task token as its name: by the document alone, an empty object and any object of
   * strings would be an answer in that form.
   */
  const schemas = {
    ...apiDocument.components?.schemas,
    ReferenceAnswer: {
      ...apiDocument.components?.schemas?.["ReferenceAnswer"],
      minProperties: 1,
      propertyNames: { pattern: "^<[A-Z_]+>$" },
    },
  };
  ajv.addSchema({ $id: BASE, ...apiDocument, components: { ...apiDocument.components, schemas } });

  /** Validates a value against a schema of the document. */
  function expectFits(schema: string, value: unknown): void {
    ajv.validate(schema, value);
    expect({ schema, value, errors: ajv.errors ?? [] }).toEqual({ schema, value, errors: [] });
  }

  /** The paths of the document, and the methods that each declares, in upper case. */
  const declared: ReadonlyMap<string, readonly string[]> = new Map(
    Object.entries(apiDocument.paths ?? {}).map(([path, item]) => [
      path,
      Object.keys(item).map((method) => method.toUpperCase()),
    ]),
  );
  const patterns = [...declared.keys()]
    .filter((path) => path.includes("{"))
    .map((path) => [path, patternOf(path)] as const);

  /** The path of the document that a request's path is; the path itself if it is none. */
  function declaredPath(path: string): string {
    return declared.has(path) ? path : (patterns.find(([, pattern]) => pattern.test(path))?.[0] ?? path);
  }

  function operationAt(method: string, path: string) {
    const item = apiDocument.paths?.[path];
    return { GET: item?.get, HEAD: item?.get, POST: item?.post, PUT: item?.put, DELETE: item?.delete }[method];
  }

  /** The statuses that the document declares for an operation. HEAD answers like GET, OPTIONS with 204; the rest of the API's paths refuses a method or a path. */
  function declaredStatuses(method: string, given: string): readonly number[] {
    const path = declaredPath(given);
    if (method === "OPTIONS") return declared.has(path) ? [204] : [204, 404];
    if (!declared.has(path)) return [404];
    const operation = operationAt(method, path);
    return operation === undefined ? [405] : Object.keys(operation.responses ?? {}).map(Number);
  }

  /** The problems that an operation declares: those of the group that its responses refer to. */
  function problemsAt(path: string, method: string): readonly string[] {
    const responses = JSON.stringify(operationAt(method, path)?.responses);
    const group = /#\/components\/responses\/(?<group>[A-Za-z]+)\d/u.exec(responses)?.groups?.["group"];
    return isGroup(group) ? problemsOf(group, hasAccounts) : [];
  }

  /** The problems for paths and methods that the document does not have. */
  function problemsElsewhere(path: string): readonly string[] {
    if (declared.has(path)) return ["method-not-allowed"];
    return path.startsWith("/v1/") ? ["unknown-task"] : ["not-found"];
  }

  function checkProblem(response: Response, body: string, path: string, method: string): void {
    const problem = ProblemDetails.parse(JSON.parse(body));
    expectFits(pointer("components", "schemas", "Problem"), problem);
    const isDeclared = declared.get(path)?.includes(method) === true;
    expect(isDeclared ? problemsAt(path, method) : problemsElsewhere(path)).toContain(problem.code);
    expect(problems[problem.code].status).toBe(response.status);
    expect(problem.request_id).toBe(response.headers.get("x-request-id"));
  }

  /** Checks that every event is valid, and that the last one ends a stream. */
  async function checkEvents(body: Uint8Array<ArrayBuffer>): Promise<void> {
    const names: string[] = [];
    for await (const { event, data } of readEvents(new Blob([body]).stream())) {
      expectFits(pointer("components", "schemas", "AnswerEvent"), JSON.parse(data));
      names.push(event);
    }
    expect([hasAccounts ? "charge" : "done", "error"]).toContain(names.at(-1));
  }

  /** The check of a body by its media type. */
  const checks: ReadonlyMap<string, CheckBody> = new Map<string, CheckBody>([
    ["application/json", (schema, body) => expectFits(schema, JSON.parse(textOf(body)))],
    ["image/svg+xml", (_, body) => void xmlElements(textOf(body))],
    ["image/png", (_, body) => checkPng(body)],
    ["text/event-stream", (_, body) => checkEvents(body)],
    ["text/csv", (schema, body) => expectFits(schema, textOf(body))],
  ]);

  async function checkAnswer(
    mediaType: string,
    body: Uint8Array<ArrayBuffer>,
    path: string,
    method: string,
    status: number,
  ): Promise<void> {
    const schema = pointer(
      "paths",
      path,
      method.toLowerCase(),
      "responses",
      String(status),
      "content",
      mediaType,
      "schema",
    );
    const check = checks.get(mediaType);
    expect([mediaType, check !== undefined]).toEqual([mediaType, true]);
    await check?.(schema, body);
  }

  /** Checks a response against the document: its status, media type, headers, body and problem code. */
  async function expectAsDocumented(response: Response, method: string, given: string): Promise<void> {
    const path = declaredPath(given);
    const body = new Uint8Array(await response.arrayBuffer());
    expect(response.headers.get("x-request-id")).toMatch(/^[\w=-]{1,255}$/u);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    if (method === "HEAD" || response.status === 204 || response.status === 304) {
      expect(textOf(body)).toBe("");
      return;
    }
    const mediaType = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
    if (response.status >= 400) {
      expect(mediaType).toBe("application/problem+json");
      checkProblem(response, textOf(body), path, method);
    } else {
      expect([200, 201, 202]).toContain(response.status);
      await checkAnswer(mediaType, body, path, method, response.status);
    }
  }

  return { expectFits, declared, declaredPath, declaredStatuses, expectAsDocumented };
}

/** The checks of a deployment without accounts. */
export const { expectFits, declared, declaredStatuses, expectAsDocumented } = createDocumentCheck(false);
