import { dialectStatuses, expectDialect, isDialectPath } from "../../test/support/dialect-check.ts";
import { createDocumentCheck } from "../../test/support/document-check.ts";
import { pathOf } from "../../test/support/fuzz/fuzz-request.ts";
import { operations } from "../../src/contract/operations.ts";
import { isFault, isProblemCode, type ProblemCode } from "../../src/contract/problems.ts";
import type { NumberedRequest } from "./numbered-requests.ts";
import type { Sent } from "./send.ts";
import type { ApiName } from "./targets.ts";

const documents = { free: createDocumentCheck(false), paid: createDocumentCheck(true) } as const;

/** The checks against the document of an API. */
export function documentOf(api: ApiName) {
  return api === "accounts" ? documents.paid : documents.free;
}

/** Kinds of violations: what a campaign counts and must not find. */
export type ViolationKind =
  | "undeclared status"
  | "server fault"
  | "contradicts the document"
  | "valid request refused"
  | "no answer";

/** What is wrong with a response. */
export interface Violation {
  readonly kind: ViolationKind;
  readonly detail: string;
}

/** The response's text is read once; a check of a `Response` reads it again. */
export interface Received {
  readonly response: Response;
  readonly text: string;
  /** The code of a problem; undefined for any other body. */
  readonly code: string | undefined;
}

/** Codes anywhere in a body: of the problem, of items of several, of a stream's last event. Quotes within JSON strings are escaped, so callers' texts do not match. */
const CODES = /"code":"(?<code>[a-z-]+)"/gu;

/** Reads a response's body. */
export async function received(response: Response): Promise<Received> {
  const text = await response.clone().text();
  const code = response.status >= 400 ? CODES[Symbol.matchAll](text).next().value?.groups?.["code"] : undefined;
  return { response, text, code };
}

/** Statuses of an overloaded server and of an answer that is not in the cache: HEAD has no body with a code. */
const EXPECTED_SERVER_ERRORS: ReadonlySet<number> = new Set([503, 504]);

/** Faults that an API reports if its backend sends rubbish. */
const backendFaults: ReadonlySet<string> = new Set<ProblemCode>([
  "backend-failed",
  "backend-unavailable",
  "backend-timeout",
]);

/** The faults in a response. The document shows examples of all codes. */
function faultsIn({ response: { status }, text }: Received, path: string, api: ApiName): readonly string[] {
  if (path === operations.openApi.path && status === 200) return [];
  const codes = new Set([...text.matchAll(CODES)].map(({ groups }) => groups?.["code"] ?? ""));
  if (status >= 500 && codes.size === 0) {
    // Azure has codes of its own.
    if (api === "rubbish" && isDialectPath(path)) return [];
    return EXPECTED_SERVER_ERRORS.has(status) ? [] : [`status ${status} without a code`];
  }
  const isExpected = (code: string): boolean => api === "rubbish" && backendFaults.has(code);
  return [...codes].filter((code) => isProblemCode(code) && isFault(code) && !isExpected(code));
}

/** The first line of a failed check that says what differs; the rest compares whole bodies. */
function messageOf(thrown: unknown): string {
  const lines = thrown instanceof Error ? thrown.message.split("\n") : [String(thrown)];
  const instance = lines.find((line) => /^\+.*(?:"message"|instancePath)/u.test(line));
  return `${lines[0] ?? ""} ${instance ?? ""}`.trim().slice(0, 400);
}

async function documentViolations(
  api: ApiName,
  response: Response,
  method: string,
  path: string,
): Promise<readonly string[]> {
  try {
    if (isDialectPath(path)) await expectDialect(response, method, path);
    else await documentOf(api).expectAsDocumented(response, method, path);
    return [];
  } catch (thrown) {
    return [messageOf(thrown)];
  }
}

/** A request, and the API that it was sent to. */
type Addressed = Pick<NumberedRequest, "api" | "request">;

async function responseViolations({ api, request }: Addressed, answer: Received): Promise<readonly Violation[]> {
  const path = pathOf(request);
  const { status } = answer.response;
  const declared = isDialectPath(path)
    ? dialectStatuses(request.method, path)
    : documentOf(api).declaredStatuses(request.method, path);
  const isDeclared = declared.includes(status);
  const contradictions = await documentViolations(api, answer.response, request.method, path);
  const isRefused = request.isValid && api !== "rubbish" && status !== 200 && answer.code !== "overloaded";
  return [
    ...(isDeclared ? [] : [{ kind: "undeclared status", detail: String(status) } as const]),
    ...faultsIn(answer, path, api).map((detail) => ({ kind: "server fault", detail }) as const),
    ...contradictions.map((detail) => ({ kind: "contradicts the document", detail }) as const),
    ...(isRefused ? [{ kind: "valid request refused", detail: `${status} ${answer.code}` } as const] : []),
  ];
}

/** All violations of a request's result. */
export async function violationsOf(
  addressed: Addressed,
  sent: Sent,
  answer: Received | undefined,
): Promise<readonly Violation[]> {
  if (sent.type === "cut") return [];
  if (sent.type === "unanswered") return [{ kind: "no answer", detail: String(sent.error) }];
  return answer === undefined ? [] : responseViolations(addressed, answer);
}
