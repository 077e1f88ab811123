import { Problem } from "../contract/problems.ts";

/** Lets so many requests in at once, and none once it is closed. */
export interface Admission {
  /** Runs the work of an admitted request. Throws `overloaded`. */
  admit<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly isOpen: boolean;
  readonly inside: number;
  /** No more are let in; resolves when all have left. */
  close(): Promise<void>;
}

/** `maxInside` counts those at work and those waiting. */
export function createAdmission(maxInside: number): Admission {
  const emptied = Promise.withResolvers<void>();
  let isOpen = true;
  let inside = 0;
  const enter = (): void => {
    if (!isOpen) throw new Problem("overloaded", "The server is shutting down.");
    if (inside >= maxInside) throw new Problem("overloaded", `${inside} requests are at work or waiting.`);
    inside += 1;
  };
  const leave = (): void => {
    inside -= 1;
    if (!isOpen && inside === 0) emptied.resolve();
  };
  return {
    admit: async (work) => {
      enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
    get isOpen() {
      return isOpen;
    },
    get inside() {
      return inside;
    },
    close: () => {
      isOpen = false;
      if (inside === 0) emptied.resolve();
      return emptied.promise;
    },
  };
}
