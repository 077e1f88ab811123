import type { Deadline } from "../inference/protocol/deadline.ts";
import { defaultRetry, backoffDelayMs } from "../inference/protocol/retry.ts";
import { florenceErrorOf } from "./florence-error.ts";

/** What repeating needs. */
export interface RetryOptions {
  readonly deadline: Deadline;
  /** In 0..1. */
  readonly random: () => number;
  /** Attempts after the first. */
  readonly maxRetries: number;
}

/** Tries until an attempt succeeds or there is no point in another; the last error is thrown then. Every operation of the API reads and changes nothing, so that each may be repeated. */
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
      const pause = error.retryable ? backoffDelayMs(error.retryAfterSeconds, now, settings) : undefined;
      if (pause === undefined) throw error;
      await deadline.wait(pause);
    }
  }
}
