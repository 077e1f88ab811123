import { createFairShares } from "../scheduling/fair-shares.ts";
import type { Lane } from "./lanes.ts";

/** Exclusive access to the hardware that runs the graphs: one task at a time. */
export interface Device {
  /** Runs `work` when it is its turn: lanes take turns by the time that they used; within a lane, first in, first out. */
  exclusive<Result>(lane: Lane, work: () => Promise<Result>): Promise<Result>;
}

/** What a task costs at least, so that lanes take turns even if the clock does not move. */
const MIN_COST_MS = 0.001;

interface Task {
  readonly lane: Lane;
  readonly run: () => Promise<void>;
}

/** Creates access to a free device. `now` is in milliseconds. Encoder passes and decoder steps of a lane alternate, so that neither blocks the other for long. */
export function createDevice(now: () => number): Device {
  const shares = createFairShares();
  const waiting: Task[] = [];
  let isBusy = false;
  const runNext = async (): Promise<void> => {
    const lane = shares.next(waiting.map((task) => task.lane));
    const index = waiting.findIndex((task) => task.lane === lane);
    const [task] = index === -1 ? [] : waiting.splice(index, 1);
    if (task === undefined) return;
    shares.begin(task.lane);
    const begunMs = now();
    await task.run();
    shares.charge(task.lane, Math.max(MIN_COST_MS, now() - begunMs));
  };
  const runAll = async (): Promise<void> => {
    isBusy = true;
    while (waiting.length > 0) await runNext();
    isBusy = false;
  };
  return {
    exclusive: <Result>(lane: Lane, work: () => Promise<Result>): Promise<Result> => {
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      // The next task runs whether this one succeeds or fails.
      waiting.push({ lane, run: () => work().then(resolve, reject) });
      if (!isBusy) void runAll();
      return promise;
    },
  };
}
