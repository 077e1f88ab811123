import { call, type Connection } from "./call.ts";
import type { Job } from "./contract.ts";
import { type WaitOptions, waitUntilEnded } from "./wait-until-ended.ts";

/** Path of the jobs; each is below it, at its id. */
export const JOBS_PATH = "/v1/jobs";

/** The path of a job. */
export function jobPath(id: string): string {
  return `${JOBS_PATH}/${encodeURIComponent(id)}`;
}

/** How long one request asks the API to wait, in seconds: less than what proxies and the client's own time limit allow a silent connection. */
const POLL_SECONDS = 25;

/** Time of one request beyond what the API waits, in milliseconds. */
const POLL_MARGIN_MS = 20_000;

/** Least time between two requests, in milliseconds: an API that does not wait answers at once. */
const PAUSE_MS = 1000;

const ended: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled"]);

/** Waits until a job has ended, and returns it as it is then. Rejects with `FlorenceError`. */
export async function waitForJob(connection: Connection, job: Job, options: WaitOptions<Job>): Promise<Job> {
  const { timeoutMs, onChange, headers, ...rest } = options;
  const request = { method: "GET", path: jobPath(job.id) } as const;
  const look = async (remainingMs: number): Promise<Job> => {
    const seconds = Math.min(POLL_SECONDS, Math.floor(remainingMs / 1000));
    const { data } = await call<Job>(connection, request, {
      ...rest,
      headers: { ...headers, prefer: `wait=${seconds}` },
      timeoutMs: Math.ceil(Math.min(remainingMs, seconds * 1000 + POLL_MARGIN_MS)),
    });
    return data;
  };
  let { status } = job;
  const onSeen = (seen: Job): void => {
    if (seen.status !== status) onChange?.(seen);
    ({ status } = seen);
  };
  const waited = { title: `job ${job.id}`, look, onSeen, ended, pauseMs: () => PAUSE_MS };
  return waitUntilEnded(connection, waited, { timeoutMs, signal: rest.signal });
}
