/** Milliseconds of a decode from which on its caller counts as slow. A photograph of a phone takes 100 to 200. */
export const SLOW_MS = 300;

/** How long the time of a caller's last image counts, in milliseconds. */
export const REMEMBERED_MS = 10_000;

/** Whether the last image of each caller took long to decode. */
export interface DecodeSpeeds {
  /** Records how long an image of a caller took, in milliseconds. */
  readonly record: (caller: string, milliseconds: number) => void;
  /** Undefined if the caller had no image a short time ago. */
  readonly of: (caller: string) => "quick" | "slow" | undefined;
}

/** Creates an empty table of speeds. `now` is in milliseconds. */
export function createDecodeSpeeds(now: () => number): DecodeSpeeds {
  const last = new Map<string, { readonly speed: "quick" | "slow"; readonly atMs: number }>();
  // Math.abs: a clock that was set back makes nobody slow for ever.
  const of = (caller: string) => {
    const entry = last.get(caller);
    return entry !== undefined && Math.abs(now() - entry.atMs) < REMEMBERED_MS ? entry.speed : undefined;
  };
  return {
    of,
    record: (caller, milliseconds) => {
      for (const known of last.keys()) if (of(known) === undefined) last.delete(known);
      last.set(caller, { speed: milliseconds >= SLOW_MS ? "slow" : "quick", atMs: now() });
    },
  };
}
