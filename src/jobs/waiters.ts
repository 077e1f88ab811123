/** Most calls of one book that wait at once; others are answered at once, as if they had not asked to wait. */
export const MAX_WAITERS = 1000;

/** Calls that wait until something happens to a job. */
export interface Waiters {
  /** Resolves when the job is woken, and after the given time at the latest. */
  wait(id: string, milliseconds: number): Promise<void>;
  wake(id: string): void;
}

/** Creates the waiting calls of one book. `after` calls something once, unless what it returns was called before. */
export function createWaiters(after: (milliseconds: number, run: () => void) => () => void): Waiters {
  const waiting = new Map<string, Set<() => void>>();
  let count = 0;
  return {
    wait: async (id, milliseconds) => {
      if (count >= MAX_WAITERS) return;
      count += 1;
      const woken = Promise.withResolvers<void>();
      const all = waiting.get(id) ?? new Set();
      waiting.set(id, all.add(woken.resolve));
      const stop = after(milliseconds, woken.resolve);
      await woken.promise;
      stop();
      count -= 1;
      all.delete(woken.resolve);
      if (all.size === 0 && waiting.get(id) === all) waiting.delete(id);
    },
    wake: (id) => {
      for (const resolve of waiting.get(id) ?? []) resolve();
    },
  };
}
