import { isProblemCode, Problem, type ProblemCode } from "../contract/problems.ts";
import type { FailureKind } from "../inference/protocol/failure.ts";
import { InferenceFailure } from "../inference/protocol/failure.ts";

/** What the API says of a failed call to the backend, and why; the failure itself goes to the log as the cause. */
const problemsByKind = {
  "invalid-request": ["internal", "The request to the backend could not be written."],
  cancelled: ["request-cancelled", "The caller went away."],
  unreachable: ["backend-unavailable", "The backend could not be reached, or the connection broke."],
  unavailable: ["backend-unavailable", "The backend cannot answer now."],
  "circuit-open": ["backend-unavailable", "The backend has failed several times in a row and is given a rest."],
  deadline: ["backend-timeout", "The backend did not answer in time."],
  refused: ["backend-failed", "The backend refused the request."],
  "server-error": ["backend-failed", "The backend failed."],
  malformed: ["backend-failed", "The backend's reply could not be read."],
  "stream-error": ["backend-failed", "The backend failed within its answer."],
} as const satisfies Record<FailureKind, readonly [ProblemCode, string]>;

/** Codes that a backend of ours may answer with, because the caller can mend them or wait: they are passed on with its words. */
const passedOn: ReadonlySet<string> = new Set<ProblemCode>([
  "image-corrupt",
  "unsupported-image",
  "image-too-many-pixels",
  "body-too-large",
  "prompt-too-long",
  "overloaded",
]);

/** What the server calls it when it does not hold a picture's features. */
const UNKNOWN_DIGEST = "unknown-digest";

/** Whether a backend wants the picture itself, having been asked with its digest alone. */
export function isUnknownDigest(thrown: unknown): boolean {
  return thrown instanceof InferenceFailure && thrown.code === UNKNOWN_DIGEST;
}

/** Anything thrown by a call → what the flow throws. What is no `InferenceFailure` stays what it is. */
export function backendProblem(thrown: unknown): unknown {
  if (!(thrown instanceof InferenceFailure)) return thrown;
  const { code, kind, words = "" } = thrown;
  if (code !== undefined && passedOn.has(code) && isProblemCode(code)) {
    return new Problem(code, words, { cause: thrown });
  }
  const [problem, detail] = problemsByKind[kind];
  return new Problem(problem, detail, { cause: thrown });
}
