import { startDeadline } from "../inference/protocol/deadline.ts";
import { type CallOptions, type Connection, integerInRange, MAX_TIMEOUT_MS } from "./call.ts";
import { FlorenceError, florenceErrorOf } from "./florence-error.ts";

/** Options of `wait()`. `maxRetries` is that of each request: between them, `wait()` goes on after every error that may pass. */
export interface WaitOptions<Row> extends Omit<CallOptions, "idempotencyKey" | "maxPrice"> {
  /** Is called with the job or batch whenever its status or its counts have changed. */
  readonly onChange?: ((row: Row) => void) | undefined;
}

interface WithStatus {
  readonly status: string;
}

/** What is waited for. */
export interface Waited<Row> {
  /** As in `job job_…`. */
  readonly title: string;
  /** Asks once, for `remainingMs` at most. */
  readonly look: (remainingMs: number) => Promise<Row>;
  /** Is called with every reply. */
  readonly onSeen: (row: Row) => void;
  /** The statuses of what has ended. */
  readonly ended: ReadonlySet<string>;
  /** Least time between two requests, in milliseconds, after so many that were answered. */
  readonly pauseMs: (answered: number) => number;
}

/** How long something is waited for by default, in milliseconds: as long as the API works on it. */
const WAIT_MS = 24 * 60 * 60 * 1000;

/** Longest time between two requests after errors, in milliseconds: `Retry-After` of a busy server may be longer, and what has ended is kept for a day. */
const LONGEST_PAUSE_MS = 30_000;

/** Returns an error that may pass. Throws all others. */
export function passingError(thrown: unknown): FlorenceError {
  const error = florenceErrorOf(thrown);
  if (error === undefined || !error.retryable) throw error ?? thrown;
  return error;
}

/** How long to pause after an error before the next request, in milliseconds. */
export function pauseAfter({ retryAfterSeconds = 0 }: FlorenceError, leastMs: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(leastMs, retryAfterSeconds * 1000));
}

function timedOut(title: string, timeoutMs: number): FlorenceError {
  return new FlorenceError("timeout", `The ${title} had not ended after ${timeoutMs} ms.`, {
    fix: "Wait for it again, or look at it later: it goes on.",
  });
}

interface Polling {
  readonly now: () => number;
  /** Milliseconds that are left. Throws `timeout` if there are none. */
  readonly left: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
}

async function poll<Row extends WithStatus>(waited: Waited<Row>, { now, left, wait }: Polling): Promise<Row> {
  for (let answered = 0; ;) {
    const askedMs = now();
    const reply = await waited.look(left()).catch(passingError);
    if (reply instanceof FlorenceError) {
      await wait(Math.min(pauseAfter(reply, waited.pauseMs(answered)), left()));
      continue;
    }
    waited.onSeen(reply);
    if (waited.ended.has(reply.status)) return reply;
    const pauseMs = waited.pauseMs(answered) - (now() - askedMs);
    answered += 1;
    if (pauseMs > 0) await wait(Math.min(pauseMs, left()));
  }
}

/** Looks at something until it has ended, and returns it as it is then. Rejects with `FlorenceError`. */
export async function waitUntilEnded<Row extends WithStatus>(
  connection: Connection,
  waited: Waited<Row>,
  options: Pick<CallOptions, "timeoutMs" | "signal">,
): Promise<Row> {
  const timeoutMs = integerInRange("timeoutMs", options.timeoutMs ?? WAIT_MS, 1, MAX_TIMEOUT_MS);
  const deadline = startDeadline(connection, timeoutMs, options.signal);
  const left = (): number => {
    const remainingMs = deadline.remainingMs();
    if (remainingMs <= 0) throw timedOut(waited.title, timeoutMs);
    return remainingMs;
  };
  try {
    return await poll(waited, { now: connection.now, left, wait: deadline.wait });
  } catch (thrown) {
    throw florenceErrorOf(thrown) ?? thrown;
  } finally {
    deadline.end();
  }
}
