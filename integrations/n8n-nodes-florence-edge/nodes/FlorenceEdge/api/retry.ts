import type { Problem } from "./problem";

/** Calls of one question: as many as the API's own clients make. */
export const MAX_CALLS = 3;

/** Longest pause that a workflow waits, in seconds; the API asks for a longer one where a limit for a whole minute or hour is used up. */
export const MAX_PAUSE_SECONDS = 30;

/** Pause without `Retry-After` before the second call, in seconds; it doubles with each call. */
const FIRST_PAUSE_SECONDS = 0.5;

/**
 * Returns how many seconds to wait before a question is asked again after its `calls`-th call, undefined if it is not. Another call costs nothing: with accounts, the
 * same question about the same picture is paid once in 24 hours.
 */
export function pauseSeconds({ isRetryable, retryAfterSeconds }: Problem, calls: number): number | undefined {
  if (!isRetryable || calls >= MAX_CALLS) return undefined;
  const seconds = retryAfterSeconds ?? FIRST_PAUSE_SECONDS * 2 ** (calls - 1);
  return seconds <= MAX_PAUSE_SECONDS ? seconds : undefined;
}

/**
 * Returns how many seconds to wait before a job is asked about again after its `calls`-th call in vain, undefined if it is not. The job goes on meanwhile, so that any
 * failure that may pass is waited out, a broken connection (`problem` is undefined) as well, as long as there is time.
 */
export function jobPauseSeconds(problem: Problem | undefined, calls: number, leftMs: number): number | undefined {
  if (problem?.isRetryable === false) return undefined;
  const seconds = problem?.retryAfterSeconds ?? FIRST_PAUSE_SECONDS * 2 ** (calls - 1);
  const pause = Math.min(seconds, MAX_PAUSE_SECONDS);
  return pause * 1000 < leftMs ? pause : undefined;
}
