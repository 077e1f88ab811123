/**
 * Shares one resource between callers by start-time fair queueing (Goyal, Vin and Cheng 1996): each caller has a virtual time, which grows by what
 * it used, and the waiting caller with the lowest one is served next. A caller that was idle begins at the current virtual time: it has saved
 * nothing up, and owes nothing.
 */
export interface FairShares {
  /** Returns the caller to serve next, the first of those that were served least; undefined if none waits. */
  next(waiting: Iterable<string>): string | undefined;
  /** A caller is served now: its virtual time is the current one. */
  begin(caller: string): void;
  /** Records what a caller used, in any unit. */
  charge(caller: string, cost: number): void;
  /** Number of callers in memory. */
  readonly size: number;
}

/** Callers in memory: those beyond are forgiven what they used, the least first. An address costs about 100 bytes. */
const MAX_CALLERS = 1000;

/** Creates fair shares; no caller has used anything. */
export function createFairShares(): FairShares {
  const virtualTimes = new Map<string, number>();
  let virtualNow = 0;
  const timeOf = (caller: string): number => Math.max(virtualNow, virtualTimes.get(caller) ?? 0);
  const forgiveLeast = (): void => {
    virtualNow = Math.max(virtualNow, Math.min(...virtualTimes.values()));
    for (const [caller, time] of virtualTimes) if (time <= virtualNow) virtualTimes.delete(caller);
  };
  return {
    next: (waiting) => {
      let chosen: string | undefined;
      for (const caller of waiting) if (chosen === undefined || timeOf(caller) < timeOf(chosen)) chosen = caller;
      return chosen;
    },
    begin: (caller) => {
      virtualNow = timeOf(caller);
    },
    charge: (caller, cost) => {
      virtualTimes.set(caller, timeOf(caller) + cost);
      if (virtualTimes.size > MAX_CALLERS) forgiveLeast();
    },
    get size() {
      return virtualTimes.size;
    },
  };
}
