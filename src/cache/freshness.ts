import type { Entry } from "./entry.ts";
import type { CacheDirectives } from "../contract/service.ts";

/** Returns an entry's age in whole seconds. */
export function ageOf({ createdMs }: Entry<unknown>, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - createdMs) / 1000));
}

/** Whether the entry exists and is at most this many seconds old. */
export function isWithinAge<Value>(
  entry: Entry<Value> | undefined,
  seconds: number,
  nowMs: number,
): entry is Entry<Value> {
  return entry !== undefined && ageOf(entry, nowMs) <= seconds;
}

/**
 * Returns the maximum age, in seconds, of an entry that is served because it could not be generated or fetched again; -1 accepts none. Without a
 * limit from the caller, any age is accepted: an old answer is better than none.
 */
export function staleLimit({ maxAge, staleIfError, noCache }: CacheDirectives): number {
  if (noCache) return staleIfError ?? -1;
  return staleIfError === undefined ? Infinity : (maxAge ?? 0) + staleIfError;
}
