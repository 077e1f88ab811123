import { Problem } from "../contract/problems.ts";

/** Admission control: limits the number of requests in flight, and refuses all once it is closed. */
export interface Admission {
  /** Runs `work` if the request is admitted. Throws `overloaded` if it is not. */
  admit<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly isOpen: boolean;
  /** Number of admitted requests, running or waiting. */
  readonly inFlight: number;
  /** Refuses further requests; resolves when all admitted ones have ended. */
  close(): Promise<void>;
}

/** Creates an admission control. `maxInFlight` limits running and waiting requests together. */
export function createAdmission(maxInFlight: number): Admission {
  const drained = Promise.withResolvers<void>();
  let isOpen = true;
  let inFlight = 0;
  const enter = (): void => {
    if (!isOpen) throw new Problem("overloaded", "The server is shutting down.");
    if (inFlight >= maxInFlight) throw new Problem("overloaded", `${inFlight} requests are running or waiting.`);
    inFlight += 1;
  };
  const leave = (): void => {
    inFlight -= 1;
    if (!isOpen && inFlight === 0) drained.resolve();
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
      if (inFlight === 0) drained.resolve();
      return drained.promise;
    },
  };
}
