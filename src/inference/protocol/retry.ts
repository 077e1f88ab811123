import { failureKinds } from "./failure.ts";
import type { InferenceFailure } from "./failure.ts";

/** How often and after which delays a call is retried. */
export interface RetrySettings {
  /** Maximum number of requests of one call, including the first. */
  readonly attempts: number;
  /** Longest delay before the second attempt, in milliseconds; the limit doubles with each further attempt. */
  readonly baseMs: number;
  /** Longest delay before any attempt, in milliseconds, without Retry-After. */
  readonly maxMs: number;
}

/** Three attempts cover a lost connection and a short overload, without many more requests to a server that is down. */
export const defaultRetry: RetrySettings = { attempts: 3, baseMs: 100, maxMs: 2000 };

/** What the delay depends on, apart from the failure. */
interface Attempt {
  /** Attempts made so far. */
  readonly made: number;
  readonly remainingMs: number;
  /** In 0..1. */
  readonly random: number;
}

/**
 * Returns the delay before the next attempt in milliseconds; `undefined` if there is none, because no attempts are left or the delay would
 * exceed the deadline. Exponential back-off with full jitter (uniform between 0 and the limit), so that callers that failed together do not
 * retry together; Retry-After is added to it.
 */
export function backoffDelayMs(
  retryAfterSeconds: number | undefined,
  { made, remainingMs, random }: Attempt,
  { attempts, baseMs, maxMs }: RetrySettings,
): number | undefined {
  if (made >= attempts) return undefined;
  const jitter = random * Math.min(maxMs, baseMs * 2 ** (made - 1));
  const delay = (retryAfterSeconds ?? 0) * 1000 + jitter;
  return delay < remainingMs ? delay : undefined;
}

/** `backoffDelayMs` for a failure; `undefined` if the failure is not retryable. */
export function retryDelayMs(failure: InferenceFailure, attempt: Attempt, settings: RetrySettings): number | undefined {
  return failureKinds[failure.kind].isRetryable
    ? backoffDelayMs(failure.retryAfterSeconds, attempt, settings)
    : undefined;
}
