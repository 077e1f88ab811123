import { isObject } from "./problem";

/** A question that the API answers later. */
export interface Job {
  readonly id: string;
  /** `succeeded`, `failed` and `cancelled` are the last ones. */
  readonly status: string;
  /** The answer, once the job has succeeded. */
  readonly result: unknown;
  /** The body of the API's error, once the job has failed. */
  readonly problem: unknown;
  /** All that the API says of it. */
  readonly all: Readonly<Record<string, unknown>>;
}

/** Returns the job that a reply is about, undefined if it is about none. */
export function jobOf(body: unknown): Job | undefined {
  if (!isObject(body)) return undefined;
  const { id, status, result, problem } = body;
  if (typeof id !== "string" || !id.startsWith("job_") || typeof status !== "string") return undefined;
  return { id, status, result, problem, all: body };
}

const ENDED: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled"]);

/** Whether a job stays as it is. */
export const hasEnded = ({ status }: Job): boolean => ENDED.has(status);

/** The longest time for which one request waits, in seconds: below the 60 of the API and of most proxies. */
export const MAX_POLL_SECONDS = 30;

/** Returns how many seconds the next request waits for a job's end: no longer than there is time, and half as long as the request may take. */
export function pollSeconds(leftMs: number, timeoutMs: number): number {
  return Math.max(0, Math.min(MAX_POLL_SECONDS, Math.floor(timeoutMs / 2000), Math.ceil(leftMs / 1000)));
}

/** Seconds between two requests that did not wait: what the API says in `Retry-After`. */
export const POLL_PAUSE_SECONDS = 1;
