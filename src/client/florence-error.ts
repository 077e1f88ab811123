import { type FailureKind, InferenceFailure } from "../inference/protocol/failure.ts";
import type { BatchProblemCode } from "./batch-object.ts";
import type { Problem } from "./contract.ts";

interface ClientErrorRow {
  readonly retryable: boolean;
  readonly fix: string;
}

/** The client's own error codes; all other errors have the problem codes of the server. */
const clientErrors = {
  "connection-failed": { retryable: true, fix: "Check the URL and the network, then retry." },
  timeout: { retryable: true, fix: "Ask again with a longer `timeoutMs`, a smaller image or fewer `beams`." },
  aborted: { retryable: false, fix: "Your own signal ended the call; ask again if you still want the answer." },
  "job-cancelled": { retryable: false, fix: "Somebody cancelled the job; ask again if you still want the answer." },
  "webhook-invalid": {
    retryable: false,
    fix: "Answer 400, and use nothing of the request: it is not from the API, or is old.",
  },
  "batch-failed": { retryable: false, fix: "Look at the batch's `errors`, and send the lines again without them." },
  "duplicate-custom-id": { retryable: false, fix: "Give each line a `custom_id` of its own." },
  "empty-file": { retryable: false, fix: "Give at least one line." },
  "too-many-lines": { retryable: false, fix: "Use `batches.run`, which makes as many batches as the lines need." },
  "invalid-response": { retryable: false, fix: "Check that `baseUrl` is the URL of a florence-edge API." },
} as const satisfies Record<string, ClientErrorRow>;

type ClientErrorCode = keyof typeof clientErrors;

/** Stable error code: a problem code of the server (docs/problems.md), or one of the client's own codes. */
export type FlorenceErrorCode = Problem["code"] | BatchProblemCode | ClientErrorCode;

/** An invalid field of the request, named as in the API: `region.x1`. */
export type Issue = Problem["issues"][number];

/** Optional details of a `FlorenceError`. */
export interface FlorenceErrorDetails {
  readonly status?: number | undefined;
  readonly fix?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly requestId?: string | undefined;
  readonly issues?: readonly Issue[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

function rowOf(code: string): Partial<ClientErrorRow> {
  const rows: Readonly<Record<string, ClientErrorRow>> = clientErrors;
  return Object.hasOwn(rows, code) ? (rows[code] ?? {}) : {};
}

/** The only error class of this client: every call that fails rejects with it. */
export class FlorenceError extends Error {
  override readonly name = "FlorenceError";
  /** Error code. A server newer than this client may send a code that is not listed. */
  readonly code: FlorenceErrorCode;
  /** Status of the HTTP response; `undefined` if there was none. */
  readonly status: number | undefined;
  /** What went wrong with this request, for people to read. */
  readonly detail: string;
  /** How to fix it, for people to read; empty if unknown. */
  readonly fix: string;
  /** Id of the request in the server's log. */
  readonly requestId: string | undefined;
  /** Whether the same request may succeed later. The allowed retries have already been made. */
  readonly retryable: boolean;
  /** The invalid fields of the request. */
  readonly issues: readonly Issue[];
  /** Value of Retry-After in seconds: how long to wait before the next request. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: FlorenceErrorCode, detail: string, details: FlorenceErrorDetails = {}) {
    super(`${code}: ${detail}`, { cause: details.cause });
    const row = rowOf(code);
    this.code = code;
    this.detail = detail;
    this.status = details.status;
    this.fix = details.fix ?? row.fix ?? "";
    this.requestId = details.requestId;
    this.retryable = details.retryable ?? row.retryable ?? false;
    this.issues = details.issues ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** Error code for each kind of transport failure. The transport's code is shared with the API's backend client. */
const codesByKind: Partial<Readonly<Record<FailureKind, ClientErrorCode>>> = {
  unreachable: "connection-failed",
  deadline: "timeout",
  cancelled: "aborted",
  malformed: "invalid-response",
};

/** Converts a thrown value to a `FlorenceError`; returns `undefined` if it is a bug, not a failure of the call. */
export function florenceErrorOf(thrown: unknown): FlorenceError | undefined {
  if (thrown instanceof FlorenceError) return thrown;
  const code = thrown instanceof InferenceFailure ? codesByKind[thrown.kind] : undefined;
  if (code === undefined || !(thrown instanceof InferenceFailure)) return undefined;
  return new FlorenceError(code, thrown.message, { cause: thrown.cause });
}
