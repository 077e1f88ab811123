import { percentile } from "../../bench/backend/figures.ts";
import type { HonestResult } from "./observation.ts";

/** How much slower than alone the median may be when everything counts as normal again. */
export const NORMAL_FACTOR = 1.5;

/** The limit of the time until then, in milliseconds. */
export const MAX_RECOVERY_MS = 5000;

/** The length of a window whose median is compared, and the distance of two windows. */
export const WINDOW_MS = 1000;
const STEP_MS = 250;

/** How many answers a window needs, as a share of those that a second has alone: few quick ones among many that wait are not normal. */
const MIN_ANSWERS = 0.5;

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

/** What is normal: honest callers alone. */
export interface Normal extends Latency {
  /** Answers per second. */
  readonly rate: number;
}

/** Summarizes results of honest callers alone for some seconds. */
export function normalOf(results: readonly HonestResult[], seconds: number): Normal {
  const latency = latencyOf(results);
  return { ...latency, rate: latency.count / seconds };
}

/** Returns the run whose slowest answers were quicker: other programs, and what hogs leave behind, make one of them slower. */
export function quieterOf(first: Normal, ...others: readonly Normal[]): Normal {
  return others.reduce((best, each) => (each.p99 < best.p99 ? each : best), first);
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
  { leftAt, now, alone }: { readonly leftAt: number; readonly now: number; readonly alone: Normal },
): number | undefined {
  for (let after = 0; after <= MAX_RECOVERY_MS; after += STEP_MS) {
    const from = leftAt + after;
    if (from + WINDOW_MS > now) return undefined;
    const ended = results.filter(({ endedAt }) => endedAt >= from && endedAt < from + WINDOW_MS);
    const isBusy = ended.length >= (MIN_ANSWERS * alone.rate * WINDOW_MS) / 1000;
    // Without any answer there is no median, which is not normal either.
    if (isBusy && latencyOf(ended).p50 <= NORMAL_FACTOR * alone.p50) return after;
  }
  return undefined;
}
