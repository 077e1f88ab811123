/** Milliseconds of a decode from which on its caller counts as slow. A photograph of a phone takes 100 to 200. */
export const SLOW_MS = 300;

/** How long a caller counts as slow after such a decode, in milliseconds. */
export const SLOW_FOR_MS = 10_000;

/** The callers whose images took long to decode a short time ago. */
export interface SlowCallers {
  /** Records how long an image of a caller took, in milliseconds. */
  readonly record: (caller: string, milliseconds: number) => void;
  readonly has: (caller: string) => boolean;
}

/** Creates an empty table of slow callers. `now` is in milliseconds. */
export function createSlowCallers(now: () => number): SlowCallers {
  const slowSinceMs = new Map<string, number>();
  // Math.abs: a clock that was set back makes nobody slow for ever.
  const has = (caller: string): boolean => {
    const sinceMs = slowSinceMs.get(caller);
    return sinceMs !== undefined && Math.abs(now() - sinceMs) < SLOW_FOR_MS;
  };
  return {
    has,
    record: (caller, milliseconds) => {
      for (const known of slowSinceMs.keys()) if (!has(known)) slowSinceMs.delete(known);
      if (milliseconds >= SLOW_MS) slowSinceMs.set(caller, now());
    },
  };
}
