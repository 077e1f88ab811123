/** Exclusive access to the hardware that runs the graphs: one task at a time, first in, first out. */
export interface Device {
  exclusive<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Number of tasks that are waiting or running. */
  waiting(): number;
}

/** Creates a first-in, first-out lock. Encoder passes and decoder steps alternate, so that neither blocks the other for long. */
export function createDevice(): Device {
  let tail: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    exclusive: (work) => {
      waiting += 1;
      const result = tail.then(work).finally(() => {
        waiting -= 1;
      });
      // The next task runs whether this one succeeds or fails.
      tail = result.catch(() => {});
      return result;
    },
    waiting: () => waiting,
  };
}
