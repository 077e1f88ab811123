import { problemDetails, PROBLEM_MEDIA_TYPE, PROBLEMS_PATH } from "../contract/problem-details.ts";
import { problems } from "../contract/problem-table.ts";
import { isFault, Problem } from "../contract/problems.ts";

/** Seconds after which a caller may ask again when the service is busy or not ready: about one answer's time. */
export const RETRY_AFTER_SECONDS = 2;

/** Takes errors that are our fault, with their cause; never a caller's mistake, nor that there are many callers. */
export type LogError = (problem: Problem, requestId: string) => void;

/** What was thrown, as a `Problem` of which the operator has heard where it is for him to mend. */
export function loggedProblem(thrown: unknown, requestId: string, logError: LogError): Problem {
  const problem = asProblem(thrown);
  if (isFault(problem.code)) logError(problem, requestId);
  return problem;
}

/** The one place where an error becomes a response. */
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
  return new Response(JSON.stringify(body), { status, headers });
}

/** Anything thrown → a `Problem`. What is not one already is a bug: the caller learns nothing of it but that it happened. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof Error && thrown.name === "AbortError") {
    return new Problem("request-cancelled", "The connection was closed before the answer was ready.");
  }
  return new Problem("internal", "The request could not be answered.", { cause: thrown });
}
