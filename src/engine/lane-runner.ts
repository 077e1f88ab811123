import type { Device, Stage } from "./device.ts";
import { type Lane, LANES } from "./lanes.ts";

/** Work for the device, lane by lane. */
export interface LaneWork {
  readonly device: Device;
  readonly stage: Stage;
  /** Whether a turn in this lane would do anything. */
  readonly hasWork: (lane: Lane) => boolean;
  /** What to wait for before the lane asks for the device; undefined if nothing. */
  readonly window?: (lane: Lane) => Promise<void> | undefined;
  /** One turn. It never rejects. */
  readonly run: (lane: Lane) => Promise<void>;
}

/** Returns a function to call when there may be new work. In each lane that has some, one turn then follows another until there is none. */
export function createLaneRunner({ device, stage, hasWork, window, run }: LaneWork): () => void {
  const working = new Set<Lane>();
  const runAll = async (lane: Lane): Promise<void> => {
    working.add(lane);
    while (hasWork(lane)) {
      const pause = window?.(lane);
      if (pause !== undefined) await pause;
      await device.exclusive({ lane, stage }, () => run(lane));
      // A turn may have begun work in the other lane.
      start();
    }
    working.delete(lane);
    // A caller's lane may have changed meanwhile.
    start();
  };
  function start(): void {
    for (const lane of LANES) if (!working.has(lane) && hasWork(lane)) void runAll(lane);
  }
  return start;
}
