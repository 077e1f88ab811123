import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";
import { createDialects } from "../../functions/dialects.ts";
import { accountProblems } from "../../src/contract/account-problems.ts";
import { answerTypes } from "../../src/contract/answers.ts";
import type { DialectRoute } from "../../src/contract/dialect.ts";
import { dialectProblems } from "../../src/contract/dialect-problems.ts";
import { jsonForms } from "../../src/contract/forms.ts";
import { ProblemDetails, problemDetails } from "../../src/contract/problem-details.ts";
import { problemGroups } from "../../src/contract/problem-groups.ts";
import { isProblemCode } from "../../src/contract/problems.ts";
import { readEvents } from "../../src/inference/protocol/sse.ts";
import { azureErrorSchema, azureResultSchema } from "./azure-schema.ts";
import {
  chatChunkSchema,
  chatCompletionSchema,
  modelsSchema,
  openAiErrorSchema,
  responseEventSchema,
  responseSchema,
} from "./openai-schemas.ts";

const ajv = new Ajv2020({ strict: false });
const mounts = createDialects(Date.now);
const compiled = {
  chat: ajv.compile(chatCompletionSchema),
  chunk: ajv.compile({ anyOf: [chatChunkSchema, openAiErrorSchema] }),
  response: ajv.compile(responseSchema),
  event: ajv.compile(responseEventSchema),
  models: ajv.compile(modelsSchema),
  openAiError: ajv.compile(openAiErrorSchema),
  azure: ajv.compile(azureResultSchema),
  azureError: ajv.compile(azureErrorSchema),
};
const ownForm = jsonForms(answerTypes);

function expectShape(validate: ValidateFunction, value: unknown): void {
  validate(value);
  expect({ value, errors: validate.errors ?? [] }).toEqual({ value, errors: [] });
}

type CheckValue = (value: unknown) => void;

const shaped =
  (validate: ValidateFunction): CheckValue =>
  (value) =>
    expectShape(validate, value);
const isOwn: CheckValue = (value) => void ownForm.parse(value);

/** The answers of each route, by its name, and the events of its streams. */
const answers: Readonly<Record<string, { readonly answer: CheckValue; readonly event?: CheckValue }>> = {
  chat: { answer: shaped(compiled.chat), event: shaped(compiled.chunk) },
  responses: { answer: shaped(compiled.response), event: shaped(compiled.event) },
  models: { answer: shaped(compiled.models) },
  model: { answer: shaped(compiled.models) },
  action: { answer: isOwn },
  analyze: { answer: shaped(compiled.azure) },
};

const errors: Readonly<Record<string, CheckValue>> = {
  "/openai/v1/": shaped(compiled.openAiError),
  "/openai/actions/": (value) => void ProblemDetails.parse(value),
  "/computervision/": shaped(compiled.azureError),
};

/** All problems that a request to a dialect may have. */
const codes = [
  ...problemGroups.Task,
  ...Object.keys(dialectProblems),
  ...Object.keys(accountProblems),
  "unknown-task",
  "not-found",
  "method-not-allowed",
].filter(isProblemCode);

/** The statuses of a dialect's problems. */
async function problemStatuses(prefix: string): Promise<readonly number[]> {
  const mount = mounts.find((each) => each.prefix === prefix);
  const dialect = await mount?.load();
  return codes.map(
    (code) => dialect?.problem(problemDetails(code, { detail: "So.", requestId: "1" }), prefix).status ?? 0,
  );
}

const statuses = new Map(
  await Promise.all(mounts.map(async ({ prefix }) => [prefix, await problemStatuses(prefix)] as const)),
);

function patternOf({ path }: DialectRoute): RegExp {
  return new RegExp(`^${path.replaceAll(/(?<=\/):\w+/gu, "[^/]+")}$`, "u");
}
const routes = mounts.flatMap(({ prefix, routes: own }) =>
  own.map((route) => ({ ...route, prefix, pattern: patternOf(route) })),
);

/** Where a path belongs; undefined if to no dialect. */
function mountOf(path: string) {
  return routes.find(({ pattern }) => pattern.test(path)) ?? mounts.find(({ prefix }) => path.startsWith(prefix));
}

/** Whether a path belongs to a dialect. */
export function isDialectPath(path: string): boolean {
  return mountOf(path) !== undefined;
}

/** The operation of a request, for the counts; undefined if it is none. */
export function dialectOperation(method: string, path: string): string | undefined {
  const route = routes.find((each) => each.method === method && each.pattern.test(path));
  return route === undefined ? undefined : `${method} ${route.path}`;
}

/** The statuses that a request to a dialect may have. */
export function dialectStatuses(method: string, path: string): readonly number[] {
  if (method === "OPTIONS") return [204, 404];
  const { prefix = "" } = mountOf(path) ?? {};
  return [200, 304, ...(statuses.get(prefix) ?? [])];
}

async function checkEvents(body: string, check: CheckValue): Promise<void> {
  for await (const { data } of readEvents(new Blob([body]).stream())) if (data !== "[DONE]") check(JSON.parse(data));
}

/** Checks a response of a dialect: its status, headers and body. */
export async function expectDialect(response: Response, method: string, path: string): Promise<void> {
  expect(response.headers.get("x-request-id")).toMatch(/^[\w=-]{1,255}$/u);
  const body = await response.text();
  const { status } = response;
  if (method === "HEAD" || status === 204 || status === 304) return expect(body).toBe("");
  const mediaType = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
  const mount = mountOf(path);
  const route = routes.find((each) => each.pattern.test(path) && each.method === method);
  const checks = answers[route?.name ?? ""];
  if (status === 200 && mediaType === "text/event-stream") {
    expect(checks?.event).toBeDefined();
    return checkEvents(body, checks?.event ?? (() => {}));
  }
  expect(mediaType).toBe("application/json");
  const check = status === 200 ? checks?.answer : errors[mount?.prefix ?? ""];
  expect(check).toBeDefined();
  check?.(JSON.parse(body));
}
