import { PROBLEM_MEDIA_TYPE, problemCodes, problemDetails, requestIdHeader } from "./problem-details.ts";
import { problemExamples } from "./problem-examples.ts";
import { isAccountProblem } from "./account-problems.ts";
import { groupNames, type ProblemGroup, problemsOf } from "./problem-groups.ts";
import { RETRY_AFTER_STATUSES } from "./problem-row.ts";
import { paymentProblems } from "./payment-problems.ts";
import { problems } from "./problem-table.ts";
import type { ProblemCode } from "./problems.ts";
import { isDialectProblem } from "./dialect-problems.ts";

const EXAMPLE_REQUEST_ID = "3f6c2a52-6d0c-4a0f-9b3e-0a1b8f3d7c11";

/** Which problems are shown: those of all deployments, and others. */
interface ShownProblems {
  readonly hasAccounts: boolean;
  /** Whether those are shown that only payments have. */
  readonly hasPayments?: boolean;
  /** Whether those are shown that only the dialects of others have; the document has none. */
  readonly hasDialects?: boolean;
}

/** Returns an example of each problem, by its code: the document's `components.examples`. */
export function exampleProblems({ hasAccounts, hasPayments = false, hasDialects = false }: ShownProblems) {
  const codes = problemCodes
    .filter((code) => hasAccounts || !isAccountProblem(code))
    .filter((code) => hasPayments || !Object.hasOwn(paymentProblems, code))
    .filter((code) => hasDialects || !isDialectProblem(code));
  const examples = codes.map((code) => {
    const value = problemDetails(code, { ...problemExamples[code], requestId: EXAMPLE_REQUEST_ID });
    return [code, { summary: problems[code].title, value }] as const;
  });
  return Object.fromEntries(examples);
}

const linkHeader = {
  Link: {
    description: 'Link to the problem\'s section on the errors page, as `rel="help"`.',
    schema: { type: "string" },
  },
} as const;

const retryAfterHeader = {
  "Retry-After": { description: "Seconds after which to retry.", schema: { type: "integer" } },
} as const;

const authenticateHeader = {
  "WWW-Authenticate": { description: "The scheme in which a key is sent: `Bearer`.", schema: { type: "string" } },
} as const;

const paymentRequiredHeader = {
  "PAYMENT-REQUIRED": {
    description:
      "With `payment-required` and `payment-invalid`: what is to be paid, as x402 version 2 says it (base64 of JSON).",
    schema: { type: "string" },
  },
} as const;

const acceptEncodingHeader = {
  "Accept-Encoding": {
    description: "With `unsupported-content-encoding`: the encodings that a request's body may have.",
    schema: { type: "string" },
  },
} as const;

/** Returns one response for all codes of a status; its description lists them. */
function responseOf(status: number, codes: readonly ProblemCode[]) {
  const description = codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join(" ");
  const headers = {
    ...requestIdHeader,
    ...linkHeader,
    ...(RETRY_AFTER_STATUSES.has(status) ? retryAfterHeader : {}),
    ...(status === 401 ? authenticateHeader : {}),
    ...(codes.includes("payment-required") ? paymentRequiredHeader : {}),
    ...(codes.includes("unsupported-content-encoding") ? acceptEncodingHeader : {}),
  };
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }] as const);
  const media = { schema: { $ref: "#/components/schemas/Problem" }, examples: Object.fromEntries(examples) };
  return { description, headers, content: { [PROBLEM_MEDIA_TYPE]: media } };
}

function byStatus(codes: readonly ProblemCode[]): ReadonlyMap<number, readonly ProblemCode[]> {
  return Map.groupBy(codes, (code) => problems[code].status);
}

/** Returns every group's responses, by their names in the document's `components.responses`. */
export function sharedResponses(hasAccounts: boolean, hasPayments = false) {
  const responses = groupNames(hasAccounts, hasPayments).flatMap((group) => {
    return [...byStatus(problemsOf(group, hasAccounts))].map(
      ([status, sameStatus]) => [group + status, responseOf(status, sameStatus)] as const,
    );
  });
  return Object.fromEntries(responses);
}

/** Returns the error responses of a group's operations by status, as references to the shared responses. */
export function problemResponses(group: ProblemGroup, hasAccounts = false): Record<string, { readonly $ref: string }> {
  const statuses = [...byStatus(problemsOf(group, hasAccounts)).keys()];
  return Object.fromEntries(
    statuses.map((status) => [String(status), { $ref: `#/components/responses/${group}${status}` }]),
  );
}
