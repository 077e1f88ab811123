import { percentile } from "../../bench/backend/figures.ts";
import type { HonestResult } from "./observation.ts";

/** How much slower than alone the median may be when everything counts as normal again. */
export const NORMAL_FACTOR = 1.5;

/** The limit of the time until then, in milliseconds. */
export const MAX_RECOVERY_MS = 5000;

/** The length of a window whose median is compared, the distance of two windows, and how many answers it needs at least. */
export const WINDOW_MS = 1000;
const STEP_MS = 250;
const MIN_ANSWERS = 3;

/** Latencies in milliseconds. A refused request has none, which counts as infinitely long: a service that refuses is not a quick one. */
export function latencies(results: readonly HonestResult[]): readonly number[] {
  return results.map(({ startedAt, endedAt, outcome }) => (outcome === "refused" ? Infinity : endedAt - startedAt));
}

/** The number of results, and percentiles in milliseconds; `NaN` without results. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/** Summarizes results. */
export function latencyOf(results: readonly HonestResult[]): Latency {
  const values = latencies(results);
  return { count: values.length, p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
}

/**
 * Returns after how many milliseconds from `leftAt` the first window begins whose answers are as quick as alone; `undefined` if none has until `now`.
 * A result belongs to the window in which it ended, so that a window in which nothing ends is not normal.
 */
export function recoveryMs(
  results: readonly HonestResult[],
  { leftAt, now, aloneP50 }: { readonly leftAt: number; readonly now: number; readonly aloneP50: number },
): number | undefined {
  for (let after = 0; after <= MAX_RECOVERY_MS; after += STEP_MS) {
    const from = leftAt + after;
    if (from + WINDOW_MS > now) return undefined;
    const ended = results.filter(({ endedAt }) => endedAt >= from && endedAt < from + WINDOW_MS);
    if (ended.length >= MIN_ANSWERS && latencyOf(ended).p50 <= NORMAL_FACTOR * aloneP50) return after;
  }
  return undefined;
}
