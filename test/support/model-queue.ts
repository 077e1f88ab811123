import { createModelQueue, type ModelClaim } from "../../src/placements/model-queue.ts";

/** Resolves in the next task. */
export const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A queue with a manual clock: each sleep advances the clock and ends in the next task. */
export function manualQueue(imageBudgetBytes = 1000) {
  let nowMs = 0;
  const queue = createModelQueue({
    now: () => nowMs,
    sleep: async (milliseconds) => {
      nowMs += milliseconds;
      await nextTask();
    },
    imageBudgetBytes,
  });
  const advance = (milliseconds: number) => {
    nowMs += milliseconds;
  };
  return { queue, advance };
}

/** A claim of one unit and one byte, but for `parts`. */
export function claim(parts: Partial<ModelClaim> = {}): ModelClaim {
  return { caller: "", units: 1, bytes: 1, check: () => {}, ...parts };
}

/** A check that cancels the request at its first poll. */
export function cancel(): never {
  throw new Error("gone");
}
