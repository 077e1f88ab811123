/**
 * How the circuit breaker counts an outcome. `for`: a result or a refusal. `against`: no reply, a server error or an invalid reply.
 * `neither`: cancelled, or not sent.
 */
export type Outcome = "success" | "failure" | "ignored";

/**
 * All kinds of failed calls. `isRetryable`: the same request may succeed within the same deadline. `outcome` is what the circuit breaker
 * counts.
 */
export const failureKinds = {
  /** The request cannot be encoded: an invalid model name, tensors that do not match their shapes. Nothing was sent. */
  "invalid-request": { isRetryable: false, outcome: "ignored" },
  /** The caller's signal was aborted. */
  cancelled: { isRetryable: false, outcome: "ignored" },
  /** No connection (name, port, certificate), or one that broke before the reply was complete. */
  unreachable: { isRetryable: true, outcome: "failure" },
  /** The deadline passed before the reply was complete. */
  deadline: { isRetryable: false, outcome: "failure" },
  /** The server refused the request: 4xx, 501, 505, or a redirect, which is never followed. */
  refused: { isRetryable: false, outcome: "success" },
  /** The server is temporarily unavailable: 429, 502, 503, 504. */
  unavailable: { isRetryable: true, outcome: "failure" },
  /** Any other 5xx. */
  "server-error": { isRetryable: false, outcome: "failure" },
  /** A reply that is inconsistent, too large, lacks a requested output or cannot be decoded. */
  malformed: { isRetryable: false, outcome: "failure" },
  /** An error event inside a stream with status 200. */
  "stream-error": { isRetryable: false, outcome: "success" },
  /** Not sent, because earlier calls failed; `retryAfterSeconds` is the time until the next request is admitted. */
  "circuit-open": { isRetryable: false, outcome: "ignored" },
} as const satisfies Record<string, FailureRow>;

interface FailureRow {
  readonly isRetryable: boolean;
  readonly outcome: Outcome;
}

/** A key of `failureKinds`. */
export type FailureKind = keyof typeof failureKinds;

/** Statuses of a server or proxy that does not accept the Authorization header, or misses one. */
export const CREDENTIALS_REFUSED: ReadonlySet<number | undefined> = new Set([401, 403, 407]);

/** Details that the server reported. */
export interface FailureDetails {
  readonly status?: number | undefined;
  /** The server's message, without the path and status with which `message` begins. */
  readonly serverMessage?: string | undefined;
  /** The `code` of the error body, if the server has codes. */
  readonly code?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** Thrown by every call of the client. `message` may contain the server's message and address: use it for logs only. */
export class InferenceFailure extends Error {
  override readonly name = "InferenceFailure";
  readonly kind: FailureKind;
  readonly status: number | undefined;
  readonly serverMessage: string | undefined;
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    const { status, serverMessage, code, retryAfterSeconds, cause } = details;
    super(message, { cause });
    this.kind = kind;
    this.status = status;
    this.serverMessage = serverMessage;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The code of a server that is well but has no room for this request. It may have room for others, so that it is a refusal for the circuit breaker. */
const OVERLOADED = "overloaded";

/** The outcome of a thrown failure; "ignored" for any other error. */
export function outcomeOf(thrown: unknown): Outcome {
  if (!(thrown instanceof InferenceFailure)) return "ignored";
  return thrown.code === OVERLOADED ? "success" : failureKinds[thrown.kind].outcome;
}
