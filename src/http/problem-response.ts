import { PROBLEM_MEDIA_TYPE, type ProblemDetails, problemDetails, PROBLEMS_PATH } from "../contract/problem-details.ts";
import type { DialectMount } from "../contract/dialect.ts";
import { RETRY_AFTER_STATUSES } from "../contract/problem-row.ts";
import { problems } from "../contract/problem-table.ts";
import { isFault, Problem, type ProblemCode } from "../contract/problems.ts";
import { ACCEPTED_CODINGS } from "./content-coding.ts";

/** Seconds after which a caller may retry when the service is busy or not ready: about the time of one answer. */
export const RETRY_AFTER_SECONDS = 2;

/** Logs server faults, with their cause. It is not called for client errors or overload. */
export type LogError = (problem: Problem, requestId: string) => void;

/** Converts a thrown value to a `Problem`, and logs it if it is a server fault. */
export function loggedProblem(thrown: unknown, requestId: string, logError: LogError): Problem {
  const problem = asProblem(thrown);
  if (isFault(problem.code)) logError(problem, requestId);
  return problem;
}

/** What RFC 6750 (section 3) says to a caller without a good key. */
const challenges: ReadonlyMap<ProblemCode, string> = new Map<ProblemCode, string>([
  ["key-missing", "Bearer"],
  ["key-invalid", 'Bearer error="invalid_token"'],
  ["key-expired", 'Bearer error="invalid_token"'],
  ["key-revoked", 'Bearer error="invalid_token"'],
  ["admin-key-invalid", "Bearer"],
  ["scope-missing", 'Bearer error="insufficient_scope"'],
]);

function retryAfterSeconds({ code, retryAfterSeconds: seconds }: Problem): number | undefined {
  const { status, retryable } = problems[code];
  return seconds ?? (retryable && RETRY_AFTER_STATUSES.has(status) ? RETRY_AFTER_SECONDS : undefined);
}

/** Returns a problem as a body, or as the part of a body for one of several items. */
export function detailsOf({ code, detail, issues, members }: Problem, requestId: string): ProblemDetails {
  return problemDetails(code, { detail, requestId, issues, members });
}

/** A problem as a response (`application/problem+json`). No other code creates error responses. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const { status } = problems[problem.code];
  const body = detailsOf(problem, requestId);
  const headers = new Headers({
    "content-type": PROBLEM_MEDIA_TYPE,
    "cache-control": "no-store",
    "x-request-id": requestId,
    link: `<${PROBLEMS_PATH}#${problem.code}>; rel="help"`,
  });
  const seconds = retryAfterSeconds(problem);
  if (seconds !== undefined) headers.set("retry-after", String(seconds));
  const challenge = challenges.get(problem.code);
  if (challenge !== undefined) headers.set("www-authenticate", challenge);
  if (problem.code === "unsupported-content-encoding") headers.set("accept-encoding", ACCEPTED_CODINGS);
  return new Response(JSON.stringify(body), { status, headers });
}

/** Makes the response of a thrown value, and logs it if it is a server fault. Never rejects. */
export type Respond = (thrown: unknown, requestId: string) => Promise<Response>;

/** Makes the responses of problems. */
export function problemResponder(logError: LogError): Respond {
  return async (thrown, requestId) => problemResponse(loggedProblem(thrown, requestId, logError), requestId);
}

/** Makes the responses of problems in the shape of a dialect, for requests to `path`; in our own if the dialect cannot be loaded. */
export function dialectResponder(
  load: DialectMount["load"],
  { path, logError }: { readonly path: string; readonly logError: LogError },
): Respond {
  return async (thrown, requestId) => {
    const problem = loggedProblem(thrown, requestId, logError);
    const response = problemResponse(problem, requestId);
    const dialect = await load().catch((failure: unknown) => {
      loggedProblem(failure, requestId, logError);
    });
    if (dialect === undefined) return response;
    const { status, headers, json } = dialect.problem(detailsOf(problem, requestId), path);
    const all = new Headers({
      ...Object.fromEntries(response.headers),
      ...headers,
      "content-type": "application/json",
    });
    return new Response(JSON.stringify(json), { status, headers: all });
  };
}

/** Converts a thrown value to a `Problem`. Anything but a `Problem` or an `AbortError` is a bug: the caller learns only that it happened. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof Error && thrown.name === "AbortError") {
    return new Problem("request-cancelled", "The connection was closed before the answer was ready.");
  }
  return new Problem("internal", "The request could not be answered.", { cause: thrown });
}
