/** What an outcome says about the server: a refusal proves that it works, silence that it does not, a caller who left nothing. */
export type Verdict = "for" | "against" | "neither";

/**
 * The only list of what can go wrong with a call. `isRetryable`: the same request may succeed within the same deadline. `verdict` is what
 * the circuit breaker counts.
 */
export const failureKinds = {
  /** The request cannot be written: a bad model name, tensors that do not fit their shapes. Nothing was sent. */
  "invalid-request": { isRetryable: false, verdict: "neither" },
  /** The caller's own signal. */
  cancelled: { isRetryable: false, verdict: "neither" },
  /** No connection (name, port, certificate), or one that broke before the reply was whole. */
  unreachable: { isRetryable: true, verdict: "against" },
  /** The deadline passed before the reply was whole. */
  deadline: { isRetryable: false, verdict: "against" },
  /** The server will not do this: 4xx, 501, 505, or a redirect, which is never followed. */
  refused: { isRetryable: false, verdict: "for" },
  /** The server cannot do it now: 429, 502, 503, 504. */
  unavailable: { isRetryable: true, verdict: "against" },
  /** Any other 5xx. */
  "server-error": { isRetryable: false, verdict: "against" },
  /** A reply that lies about itself, is too large, lacks what was asked for or cannot be read. */
  malformed: { isRetryable: false, verdict: "against" },
  /** An error told inside a stream, under status 200. */
  "stream-error": { isRetryable: false, verdict: "for" },
  /** Not sent, because the calls before failed; `retryAfterSeconds` says when the next will be. */
  "circuit-open": { isRetryable: false, verdict: "neither" },
} as const satisfies Record<string, FailureRow>;

interface FailureRow {
  readonly isRetryable: boolean;
  readonly verdict: Verdict;
}

/** A row's name. */
export type FailureKind = keyof typeof failureKinds;

/** What the server said beside its status. */
export interface FailureDetails {
  readonly status?: number | undefined;
  /** What it said, without the address and the status that `message` begins with. */
  readonly words?: string | undefined;
  /** The `code` of the error body, where the server has codes. */
  readonly code?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** What every call of the client throws. `message` may repeat the server's words and the address: it is for logs. */
export class InferenceFailure extends Error {
  override readonly name = "InferenceFailure";
  readonly kind: FailureKind;
  readonly status: number | undefined;
  readonly words: string | undefined;
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    const { status, words, code, retryAfterSeconds, cause } = details;
    super(message, { cause });
    this.kind = kind;
    this.status = status;
    this.words = words;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What an outcome that was thrown says about the server; an error that is not ours says nothing. */
export function verdictOf(thrown: unknown): Verdict {
  return thrown instanceof InferenceFailure ? failureKinds[thrown.kind].verdict : "neither";
}
