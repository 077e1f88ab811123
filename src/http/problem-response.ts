import { problemDetails, PROBLEM_MEDIA_TYPE, PROBLEMS_PATH } from "../contract/problem-details.ts";
import { problems } from "../contract/problem-table.ts";
import { isFault, Problem } from "../contract/problems.ts";
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

/** A problem as a response (`application/problem+json`). No other code creates error responses. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const { status, retryable } = problems[problem.code];
  const body = problemDetails(problem.code, { detail: problem.detail, requestId, issues: problem.issues });
  const headers = new Headers({
    "content-type": PROBLEM_MEDIA_TYPE,
    "cache-control": "no-store",
    "x-request-id": requestId,
    link: `<${PROBLEMS_PATH}#${problem.code}>; rel="help"`,
  });
  if (retryable && status === 503) headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  if (problem.code === "unsupported-content-encoding") headers.set("accept-encoding", ACCEPTED_CODINGS);
  return new Response(JSON.stringify(body), { status, headers });
}

/** Converts a thrown value to a `Problem`. Anything but a `Problem` or an `AbortError` is a bug: the caller learns only that it happened. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof Error && thrown.name === "AbortError") {
    return new Problem("request-cancelled", "The connection was closed before the answer was ready.");
  }
  return new Problem("internal", "The request could not be answered.", { cause: thrown });
}
