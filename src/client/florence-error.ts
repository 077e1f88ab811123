import { type FailureKind, InferenceFailure } from "../inference/protocol/failure.ts";
import type { Problem } from "./contract.ts";

interface OwnRow {
  readonly retryable: boolean;
  readonly fix: string;
}

/** What goes wrong without the server's saying so; everything else has the codes of its problems. */
const ownCodes = {
  "connection-failed": { retryable: true, fix: "Check the address and the network, then ask again." },
  timeout: { retryable: true, fix: "Ask again with a longer `timeoutMs`, a smaller image or fewer `beams`." },
  aborted: { retryable: false, fix: "Your own signal ended the call; ask again if you still want the answer." },
  "invalid-response": { retryable: false, fix: "Check that `baseUrl` is the address of a florence-edge API." },
} as const satisfies Record<string, OwnRow>;

type OwnCode = keyof typeof ownCodes;

/** The stable name of what went wrong: a problem's of the server (docs/problems.md), or one of the client's own. */
export type FlorenceErrorCode = Problem["code"] | OwnCode;

/** A field that does not fit, named as in the API: `region.x1`. */
export type Issue = Problem["issues"][number];

/** What is known beside the code. */
export interface FlorenceErrorDetails {
  readonly status?: number | undefined;
  readonly fix?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly requestId?: string | undefined;
  readonly issues?: readonly Issue[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

function rowOf(code: string): Partial<OwnRow> {
  const rows: Readonly<Record<string, OwnRow>> = ownCodes;
  return Object.hasOwn(rows, code) ? (rows[code] ?? {}) : {};
}

/** The one error of this client: every call that fails rejects with it. */
export class FlorenceError extends Error {
  override readonly name = "FlorenceError";
  /** What to tell errors apart by. A server newer than this client may send one that is not listed. */
  readonly code: FlorenceErrorCode;
  /** Of the HTTP response; `undefined` where there was none. */
  readonly status: number | undefined;
  /** What happened to this request, for people. */
  readonly detail: string;
  /** What to do about it, for people; empty where nobody knows. */
  readonly fix: string;
  /** What the server's log knows the request by. */
  readonly requestId: string | undefined;
  /** Whether the same request may succeed later. The retries that were allowed have been made. */
  readonly retryable: boolean;
  /** The fields that do not fit. */
  readonly issues: readonly Issue[];
  /** How long the server wants to be left alone. */
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

/** Failures of the transport, which the client shares with the API's own way to its backend, in this client's words. */
const codesByKind: Partial<Readonly<Record<FailureKind, OwnCode>>> = {
  unreachable: "connection-failed",
  deadline: "timeout",
  cancelled: "aborted",
  malformed: "invalid-response",
};

/** What was thrown, as this client's error; `undefined` for what is no failure of a call but a bug. */
export function florenceErrorOf(thrown: unknown): FlorenceError | undefined {
  if (thrown instanceof FlorenceError) return thrown;
  const code = thrown instanceof InferenceFailure ? codesByKind[thrown.kind] : undefined;
  if (code === undefined || !(thrown instanceof InferenceFailure)) return undefined;
  return new FlorenceError(code, thrown.message, { cause: thrown.cause });
}
