import { RETRY_AFTER_STATUSES } from "../contract/problem-row.ts";
import { problems } from "../contract/problem-table.ts";
import { isFault, type ProblemCode } from "../contract/problems.ts";

/** How often a job is begun whose problem is with what its caller named, as an address of an image. */
export const MAX_CALLERS_ATTEMPTS = 5;

/** The first wait in milliseconds; each further one is twice as long. */
export const FIRST_WAIT_MS = 5000;

/** The longest wait in milliseconds: a backend that is back after an hour is noticed five minutes later at the latest. */
export const MAX_WAIT_MS = 300_000;

/** The longest wait that a problem itself can ask for: an hour. A key's rate per day is asked again within it. */
const MAX_ASKED_WAIT_MS = 3_600_000;

/** Whether a problem ends a job at once, after some attempts, or when its day is over. */
type Patience = "none" | "some" | "all";

/** Those that the general rules would judge wrongly. */
const exceptions: ReadonlyMap<ProblemCode, Patience> = new Map<ProblemCode, Patience>([
  // An attempt that was ended from here, as when its isolate is stopped.
  ["request-cancelled", "all"],
  // The attempt before was lost, and its hold ends by itself.
  ["idempotency-in-progress", "all"],
  // What one request may take is over: another attempt finds in the cache what this one has made.
  ["deadline-exceeded", "some"],
  // What is left of the request is not enough to begin it: that does not come back.
  ["job-abandoned", "none"],
]);

/** A fault is ours or the backend's, and what is busy will be free: both are waited for. What the caller named may work a little later. */
function patienceFor(code: ProblemCode): Patience {
  const { status, retryable } = problems[code];
  const exception = exceptions.get(code);
  if (exception !== undefined) return exception;
  if (isFault(code) || (retryable && status !== 409 && RETRY_AFTER_STATUSES.has(status))) return "all";
  return retryable ? "some" : "none";
}

/** What is known of a job's attempts when one has ended. */
interface Attempts {
  /** The number of the one that has ended; the first is 1. */
  readonly attempt: number;
  /** How many before it have ended in a problem with what the caller named. */
  readonly faults: number;
  /** What its problem asked for. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Whether a problem is with what the caller named, so that only some attempts are made. */
export function isCallersFault(code: ProblemCode): boolean {
  return patienceFor(code) === "some";
}

/** Returns the milliseconds after which a job whose attempt had a problem is begun again; undefined if it is not. */
export function againAfterMs(
  code: ProblemCode,
  { attempt, faults, retryAfterSeconds = 0 }: Attempts,
): number | undefined {
  const patience = patienceFor(code);
  if (patience === "none" || (patience === "some" && faults >= MAX_CALLERS_ATTEMPTS - 1)) return undefined;
  const waitMs = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.max(waitMs, Math.min(MAX_ASKED_WAIT_MS, retryAfterSeconds * 1000));
}
