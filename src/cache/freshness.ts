import type { Entry } from "./entry.ts";
import type { CacheDirectives } from "../contract/service.ts";

/** How far the clock of another machine may be ahead, in milliseconds: an entry that is not older than now by more has the age 0. */
const MAX_SKEW_MS = 1000;

/** Returns an entry's age in milliseconds; Infinity if it was made in the future, which is a clock that was set back: its age is not known. */
export function ageMsOf({ createdMs }: Entry<unknown>, nowMs: number): number {
  return nowMs - createdMs < -MAX_SKEW_MS ? Infinity : Math.max(0, nowMs - createdMs);
}

/** Returns an entry's age in whole seconds, for the header Age; 0 if it is not known. */
export function ageOf({ createdMs }: Entry<unknown>, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - createdMs) / 1000));
}

/** Whether the entry exists and is at most this many whole seconds old. */
export function isWithinAge<Value>(
  entry: Entry<Value> | undefined,
  seconds: number,
  nowMs: number,
): entry is Entry<Value> {
  return entry !== undefined && Math.floor(ageMsOf(entry, nowMs) / 1000) <= seconds;
}

/**
 * Returns the maximum age, in seconds, of an entry that is served because it could not be generated or fetched again; -1 accepts none. Without a
 * limit from the caller, any age is accepted: an old answer is better than none.
 */
export function staleLimit({ maxAge, staleIfError, noCache }: CacheDirectives): number {
  if (noCache) return staleIfError ?? -1;
  return staleIfError === undefined ? Infinity : (maxAge ?? 0) + staleIfError;
}
