import { createFairShares } from "../scheduling/fair-shares.ts";
import { type Lane, LANES } from "./lanes.ts";

/** What a task of the device is. */
export type Stage = "vision" | "encoder" | "decoder" | "graph";

/** Which turn a task waits for. */
export interface Turn {
  readonly lane: Lane;
  readonly stage: Stage;
}

/** Exclusive access to the hardware that runs the graphs: one task at a time. */
export interface Device {
  /**
   * Runs `work` when it is its turn. Lanes take turns by the time that they used for each of their callers, and within a lane stages do by the time that
   * they used: if passes and steps merely alternated, each decoder step of a few milliseconds would wait for a vision pass of hundreds. Within a stage,
   * first in, first out.
   */
  exclusive<Result>(turn: Turn, work: () => Promise<Result>): Promise<Result>;
}

/** What a task costs at least, so that turns change even if the clock does not move. */
const MIN_COST_MS = 0.001;

interface Task extends Turn {
  readonly run: () => Promise<void>;
}

/** Decides whose turn it is. `countIn` returns the number of callers in a lane. */
function createTurns(countIn: (lane: Lane) => number) {
  const lanes = createFairShares();
  const stages = new Map(LANES.map((lane) => [lane, createFairShares()]));
  return {
    next: (waiting: readonly Task[]): Task | undefined => {
      const lane = lanes.next(waiting.map((task) => task.lane));
      const inLane = waiting.filter((task) => task.lane === lane);
      const stage = inLane[0] && stages.get(inLane[0].lane)?.next(inLane.map((task) => task.stage));
      return inLane.find((task) => task.stage === stage);
    },
    begin: ({ lane, stage }: Turn): void => {
      lanes.begin(lane);
      stages.get(lane)?.begin(stage);
    },
    charge: ({ lane, stage }: Turn, ms: number): void => {
      lanes.charge(lane, ms / Math.max(1, countIn(lane)));
      stages.get(lane)?.charge(stage, ms);
    },
  };
}

/** Creates access to a free device. `now` is in milliseconds; `countIn` returns the number of callers in a lane. */
export function createDevice(now: () => number, countIn: (lane: Lane) => number): Device {
  const turns = createTurns(countIn);
  const waiting = new Set<Task>();
  let isBusy = false;
  const runNext = async (): Promise<void> => {
    const task = turns.next([...waiting]);
    if (task === undefined) return;
    waiting.delete(task);
    turns.begin(task);
    const begunMs = now();
    await task.run();
    turns.charge(task, Math.max(MIN_COST_MS, now() - begunMs));
  };
  const runAll = async (): Promise<void> => {
    isBusy = true;
    while (waiting.size > 0) await runNext();
    isBusy = false;
  };
  return {
    exclusive: <Result>(turn: Turn, work: () => Promise<Result>): Promise<Result> => {
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      // The next task runs whether this one succeeds or fails.
      waiting.add({ ...turn, run: () => work().then(resolve, reject) });
      if (!isBusy) void runAll();
      return promise;
    },
  };
}
