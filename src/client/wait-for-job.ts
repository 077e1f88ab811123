import { startDeadline } from "../inference/protocol/deadline.ts";
import { call, type CallOptions, type Connection, integerInRange, MAX_TIMEOUT_MS } from "./call.ts";
import type { Job } from "./contract.ts";
import { FlorenceError, florenceErrorOf } from "./florence-error.ts";

/** Path of the jobs; each is below it, at its id. */
export const JOBS_PATH = "/v1/jobs";

/** The path of a job. */
export function jobPath(id: string): string {
  return `${JOBS_PATH}/${encodeURIComponent(id)}`;
}

/** Options of `wait()`. `maxRetries` is that of each request: between them, `wait()` goes on after every error that may pass. */
export interface WaitOptions extends Omit<CallOptions, "idempotencyKey" | "maxPrice"> {
  /** Is called with the job whenever its status has changed. */
  readonly onChange?: ((job: Job) => void) | undefined;
}

/** How long a job is waited for by default, in milliseconds: as long as the API tries one. */
const WAIT_MS = 24 * 60 * 60 * 1000;

/** How long one request asks the API to wait, in seconds: less than what proxies and the client's own time limit allow a silent connection. */
const POLL_SECONDS = 25;

/** Time of one request beyond what the API waits, in milliseconds. */
const POLL_MARGIN_MS = 20_000;

/** Least time between two requests, in milliseconds: an API that does not wait answers at once. */
const PAUSE_MS = 1000;

/** Longest time between two requests after errors, in milliseconds: `Retry-After` of a busy server may be longer, and a job that has ended is kept for a day. */
const LONGEST_PAUSE_MS = 30_000;

const ended: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled"]);

function pollRequest(options: WaitOptions, remainingMs: number): WaitOptions {
  const { timeoutMs: _all, onChange: _onChange, headers, ...rest } = options;
  const seconds = Math.max(0, Math.min(POLL_SECONDS, Math.floor(remainingMs / 1000)));
  return {
    ...rest,
    headers: { ...headers, prefer: `wait=${seconds}` },
    timeoutMs: Math.min(MAX_TIMEOUT_MS, Math.max(1, Math.ceil(Math.min(remainingMs, seconds * 1000 + POLL_MARGIN_MS)))),
  };
}

/** Returns an error that may pass. Throws all others. */
function passingError(thrown: unknown): FlorenceError {
  const error = florenceErrorOf(thrown);
  if (error === undefined || !error.retryable) throw thrown;
  return error;
}

/** How long to pause after an error before the next request, in milliseconds. */
function pauseAfter({ retryAfterSeconds = 0 }: FlorenceError): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(PAUSE_MS, retryAfterSeconds * 1000));
}

function timedOut(id: string, timeoutMs: number): FlorenceError {
  return new FlorenceError("timeout", `The job ${id} had not ended after ${timeoutMs} ms.`, {
    fix: "Wait for it again, or look at it later: it goes on.",
  });
}

/** Waits until a job has ended, and returns it as it is then. Rejects with `FlorenceError`. */
export async function waitForJob(connection: Connection, job: Job, options: WaitOptions): Promise<Job> {
  const timeoutMs = integerInRange("timeoutMs", options.timeoutMs ?? WAIT_MS, 1, MAX_TIMEOUT_MS);
  const deadline = startDeadline(connection, timeoutMs, options.signal);
  const left = (): number => {
    const remainingMs = deadline.remainingMs();
    if (remainingMs <= 0) throw timedOut(job.id, timeoutMs);
    return remainingMs;
  };
  try {
    return await poll(connection, job, { options, left, wait: deadline.wait });
  } catch (thrown) {
    throw florenceErrorOf(thrown) ?? thrown;
  } finally {
    deadline.end();
  }
}

interface Polling {
  readonly options: WaitOptions;
  /** Milliseconds that are left. Throws `timeout` if there are none. */
  readonly left: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
}

async function poll(connection: Connection, { id, ...begun }: Job, { options, left, wait }: Polling): Promise<Job> {
  const request = { method: "GET", path: jobPath(id) } as const;
  let { status } = begun;
  for (;;) {
    const askedMs = connection.now();
    const reply = await call<Job>(connection, request, pollRequest(options, left())).catch(passingError);
    if (reply instanceof FlorenceError) {
      await wait(Math.min(pauseAfter(reply), left()));
      continue;
    }
    if (reply.data.status !== status) options.onChange?.(reply.data);
    if (ended.has(reply.data.status)) return reply.data;
    ({ status } = reply.data);
    const pauseMs = PAUSE_MS - (connection.now() - askedMs);
    if (pauseMs > 0) await wait(Math.min(pauseMs, left()));
  }
}
