import { Problem } from "../contract/problems.ts";

/** Lets so many requests in at once, and none once it is closed. */
export interface Admission {
  /** Runs the work of an admitted request. Throws `overloaded`. */
  admit<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly isOpen: boolean;
  readonly inFlight: number;
  /** No more are let in; resolves when all have left. */
  close(): Promise<void>;
}

/** `maxInFlight` counts those at work and those waiting. */
export function createAdmission(maxInFlight: number): Admission {
  const emptied = Promise.withResolvers<void>();
  let isOpen = true;
  let inFlight = 0;
  const enter = (): void => {
    if (!isOpen) throw new Problem("overloaded", "The server is shutting down.");
    if (inFlight >= maxInFlight) throw new Problem("overloaded", `${inFlight} requests are at work or waiting.`);
    inFlight += 1;
  };
  const leave = (): void => {
    inFlight -= 1;
    if (!isOpen && inFlight === 0) emptied.resolve();
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
    get inFlight() {
      return inFlight;
    },
    close: () => {
      isOpen = false;
      if (inFlight === 0) emptied.resolve();
      return emptied.promise;
    },
  };
}
