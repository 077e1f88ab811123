/** Whatever runs the graphs. It does one thing at a time, in the order in which it was asked. */
export interface Device {
  exclusive<Result>(work: () => Promise<Result>): Promise<Result>;
  /** How many wait for it, whoever is at work included. */
  waiting(): number;
}

/** A first-come, first-served lock: encoder passes and decoder steps take turns, so that neither holds up the other for long. */
export function createDevice(): Device {
  let tail: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    exclusive: (work) => {
      waiting += 1;
      const result = tail.then(work).finally(() => {
        waiting -= 1;
      });
      // The next one's turn comes whether this one succeeds or not.
      tail = result.catch(() => {});
      return result;
    },
    waiting: () => waiting,
  };
}
