import type { Entry } from "./entry.ts";
import type { CacheDirectives } from "../contract/service.ts";

/** An entry's age in whole seconds. */
export function ageOf({ createdMs }: Entry<unknown>, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - createdMs) / 1000));
}

/** Whether there is an entry that is no older. */
export function isWithin<Value>(
  entry: Entry<Value> | undefined,
  seconds: number,
  nowMs: number,
): entry is Entry<Value> {
  return entry !== undefined && ageOf(entry, nowMs) <= seconds;
}

/** How old an entry may be when whoever could make it anew fails, in seconds; without a limit of the caller's, any age is better than no answer. */
export function staleLimit({ maxAge, staleIfError, noCache }: CacheDirectives): number {
  if (noCache) return staleIfError ?? -1;
  return staleIfError === undefined ? Infinity : (maxAge ?? 0) + staleIfError;
}
