import { failureKinds } from "./failure.ts";
import type { InferenceFailure } from "./failure.ts";

/** How often and how fast a call is tried again. */
export interface RetrySettings {
  /** Requests of one call, the first included. */
  readonly attempts: number;
  /** Longest pause before the second attempt, in milliseconds; each further one may be twice as long. */
  readonly baseMs: number;
  /** Longest pause at all. */
  readonly maxMs: number;
}

/** Three attempts: a lost connection and a busy moment are survived, a server that is down is not asked much more often than without. */
export const defaultRetry: RetrySettings = { attempts: 3, baseMs: 100, maxMs: 2000 };

/** What the next attempt depends on besides the failure. */
interface Attempt {
  /** Attempts made so far. */
  readonly made: number;
  readonly remainingMs: number;
  /** In 0..1. */
  readonly random: number;
}

/**
 * The pause before the next attempt in milliseconds, `undefined` where there should be none: the attempts are spent, or the pause would outlast
 * the deadline. Full jitter (anywhere between 0 and the bound) keeps callers who failed together from coming back together; what
 * Retry-After asks for is added before it.
 */
export function backoffDelayMs(
  retryAfterSeconds: number | undefined,
  { made, remainingMs, random }: Attempt,
  { attempts, baseMs, maxMs }: RetrySettings,
): number | undefined {
  if (made >= attempts) return undefined;
  const jitter = random * Math.min(maxMs, baseMs * 2 ** (made - 1));
  const pause = (retryAfterSeconds ?? 0) * 1000 + jitter;
  return pause < remainingMs ? pause : undefined;
}

/** The same for a failure: none where it is final. */
export function retryDelayMs(failure: InferenceFailure, attempt: Attempt, settings: RetrySettings): number | undefined {
  return failureKinds[failure.kind].isRetryable
    ? backoffDelayMs(failure.retryAfterSeconds, attempt, settings)
    : undefined;
}
