/** Answers in progress from which on an account's verbs may be a crowd: one caller's are fewer. */
export const CROWD = 3;

/** Verbs that make a crowd if they come within `CROWD_MS`. */
export const CROWD_VERBS = 4;

/** In milliseconds. Four verbs within it are five hundred in a second: from there on, others come while one waits for a millisecond. */
export const CROWD_MS = 8;

/** A wait that has lasted so long is not joined, in milliseconds: whoever began it was dropped by the runtime, and its timer with it. */
export const STALE_MS = 100;

/** What a crowd is recognised by, and the object's timer. */
export interface GatherOptions {
  /** Milliseconds since 1970; it may jump. */
  readonly now: () => number;
  /** Number of the account's holds. */
  readonly inProgress: () => number;
  /** Runs something after what is ready has run. */
  readonly soon: (run: () => void) => void;
}

/** Returns what a verb waits for before it runs; undefined if it need not wait. */
export type Gather = () => Promise<void> | undefined;

/** Math.abs: a clock that jumps back ends a wait rather than prolong it. */
function isPast(sinceMs: number, nowMs: number, milliseconds: number): boolean {
  return Math.abs(nowMs - sinceMs) >= milliseconds;
}

/**
 * Lets verbs that come in a crowd run in one turn of the object. The runtime stores all that one turn has written together, with one wait for the disk or for
 * other machines: so a crowd is served several times as fast, and each waits for a millisecond or two. Each verb still has a transaction of its own. Where there is
 * no crowd, no verb waits.
 */
export function createGather({ now, inProgress, soon }: GatherOptions): Gather {
  /** When the last verbs came. */
  let times: readonly number[] = Array.from({ length: CROWD_VERBS - 1 }, () => -Infinity);
  let wait: { readonly over: Promise<void>; readonly sinceMs: number } | undefined;
  const begin = (sinceMs: number) => {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const begun = { over, sinceMs };
    soon(() => {
      if (wait === begun) wait = undefined;
      resolve();
    });
    return begun;
  };
  return () => {
    const nowMs = now();
    const [first = -Infinity, ...others] = times;
    times = [...others, nowMs];
    if (wait !== undefined && !isPast(wait.sinceMs, nowMs, STALE_MS)) return wait.over;
    if (isPast(first, nowMs, CROWD_MS) || inProgress() < CROWD) return undefined;
    wait = begin(nowMs);
    return wait.over;
  };
}
