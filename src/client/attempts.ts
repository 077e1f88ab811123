import type { Deadline } from "../inference/protocol/deadline.ts";
import { defaultRetry, backoffDelayMs } from "../inference/protocol/retry.ts";
import { florenceErrorOf } from "./florence-error.ts";

/** Settings of `withRetries`. */
export interface RetryOptions {
  readonly deadline: Deadline;
  /** Returns a number from 0 (inclusive) to 1 (exclusive), for jitter. */
  readonly random: () => number;
  /** Maximum number of attempts after the first. */
  readonly maxRetries: number;
}

/**
 * Repeats `attempt` until it succeeds, or until its error is not retryable or no retry or time is left; then throws that error. All API
 * operations are read-only, so that each may be repeated.
 */
export async function withRetries<Data>(
  attempt: () => Promise<Data>,
  { deadline, random, maxRetries }: RetryOptions,
): Promise<Data> {
  const settings = { ...defaultRetry, attempts: maxRetries + 1 };
  for (let made = 1; ; made += 1) {
    try {
      deadline.check();
      return await attempt();
    } catch (thrown) {
      const error = florenceErrorOf(thrown);
      if (error === undefined) throw thrown;
      const now = { made, remainingMs: deadline.remainingMs(), random: random() };
      const delay = error.retryable ? backoffDelayMs(error.retryAfterSeconds, now, settings) : undefined;
      if (delay === undefined) throw error;
      await deadline.wait(delay);
    }
  }
}
