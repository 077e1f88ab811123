import { isProblemCode, Problem, type ProblemCode } from "../contract/problems.ts";
import type { FailureKind } from "../inference/protocol/failure.ts";
import { CREDENTIALS_REFUSED, InferenceFailure } from "../inference/protocol/failure.ts";

/** The problem code and detail for each kind of failed backend call; the failure itself is logged as the cause. */
const problemsByKind = {
  "invalid-request": ["internal", "The request to the backend could not be written."],
  cancelled: ["request-cancelled", "The caller disconnected."],
  unreachable: ["backend-unavailable", "The backend could not be reached, or the connection broke."],
  unavailable: ["backend-unavailable", "The backend cannot answer now."],
  "circuit-open": [
    "backend-unavailable",
    "The backend has failed several times in a row; requests to it are suspended.",
  ],
  deadline: ["backend-timeout", "The backend did not answer in time."],
  refused: ["backend-failed", "The backend refused the request."],
  "server-error": ["backend-failed", "The backend failed."],
  malformed: ["backend-failed", "The backend's reply could not be read."],
  "stream-error": ["backend-failed", "The backend failed within its answer."],
} as const satisfies Record<FailureKind, readonly [ProblemCode, string]>;

/** Codes of our own backend that are passed on with its message, because the caller can fix the request or wait. */
const passedThroughCodes: ReadonlySet<string> = new Set<ProblemCode>([
  "image-corrupt",
  "unsupported-image",
  "image-too-many-pixels",
  "body-too-large",
  "prompt-too-long",
  "too-much-work",
  "overloaded",
]);

/** The server's code for a digest whose image features it has not cached. */
const UNKNOWN_DIGEST = "unknown-digest";

/** Whether a backend that got only the digest needs the image itself. */
export function isUnknownDigest(thrown: unknown): boolean {
  return thrown instanceof InferenceFailure && thrown.code === UNKNOWN_DIGEST;
}

/** Converts an error of a backend call to a `Problem`. Returns any error other than `InferenceFailure` unchanged. */
export function backendProblem(thrown: unknown): unknown {
  if (!(thrown instanceof InferenceFailure)) return thrown;
  const { code, kind, serverMessage = "" } = thrown;
  if (code !== undefined && passedThroughCodes.has(code) && isProblemCode(code)) {
    return new Problem(code, serverMessage, { cause: thrown });
  }
  if (kind === "refused" && CREDENTIALS_REFUSED.has(thrown.status)) {
    const refused = "The backend does not accept this deployment's BACKEND_AUTHORIZATION.";
    return new Problem("misconfigured", refused, { cause: thrown });
  }
  const [problem, detail] = problemsByKind[kind];
  return new Problem(problem, detail, { cause: thrown });
}
