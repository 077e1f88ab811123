import { type Claim, createFairQueue } from "../scheduling/fair-queue.ts";
import { cancelled } from "./cancelled.ts";
import type { Device, Stage } from "./device.ts";
import { createLaneRunner } from "./lane-runner.ts";
import type { Callers, Lane } from "./lanes.ts";

/** Options of a batcher. */
export interface BatcherOptions<Item, Result> {
  /** Items of different lanes are not batched together. */
  readonly callers: Pick<Callers, "isShared" | "laneOf">;
  readonly device: Device;
  readonly stage: Stage;
  /** Runs one batch, all items of the same key. Resolves with one result per item, in their order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly keyOf: (item: Item) => unknown;
  /** Whose item it is: a batch begins with the item of the caller that was served least. */
  readonly callerOf: (item: Item) => string;
  /** Whether no caller waits for the item any more. */
  readonly isAbandoned: (item: Item) => boolean;
  readonly maxItems: number;
  /** Resolves when a batch that is not full has waited long enough for further items. */
  readonly window: () => Promise<void>;
}

interface QueuedItem<Item, Result> extends Claim {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/** Dynamic batching: items that are submitted while the device is busy, or within the window, run as one batch. */
export interface Batcher<Item, Result> {
  /** Rejects with `request-cancelled` if the item was abandoned before its batch started. */
  submit(item: Item): Promise<Result>;
}

/** Runs a batch and settles the promise of each item. */
async function settle<Item, Result>(
  batch: readonly QueuedItem<Item, Result>[],
  run: BatcherOptions<Item, Result>["run"],
): Promise<void> {
  try {
    const results = await run(batch.map(({ item }) => item));
    for (const [index, { resolve, reject }] of batch.entries()) {
      const result = results[index];
      if (result === undefined) reject(new TypeError("The batch gave too few results."));
      else resolve(result);
    }
  } catch (thrown) {
    for (const { reject } of batch) reject(thrown);
  }
}

/**
 * Share of `maxItems` that a batch has of one caller while others have work, and all in the lane of those with much: the others wait for its end, and
 * eight images take half a second on a CPU.
 */
const OWN_SHARE = 1 / 4;

/** The items that wait, and how they form batches. */
function createWaitingItems<Item, Result>(options: BatcherOptions<Item, Result>) {
  const { keyOf, callerOf, callers, isAbandoned, maxItems } = options;
  type Queued = QueuedItem<Item, Result>;
  const queue = createFairQueue<Queued>();
  const isIn =
    (lane: Lane) =>
    (queued: Queued): boolean =>
      callers.laneOf(queued.caller) === lane;
  const rejectAbandoned = (): void => {
    for (const queued of queue.items.filter(({ item }) => isAbandoned(item))) {
      queue.remove(queued);
      queued.reject(cancelled());
    }
  };
  return {
    add: (item: Item, settled: Pick<Queued, "resolve" | "reject">): void =>
      queue.add({ item, caller: callerOf(item), units: 1, ...settled }),
    count: (lane: Lane): number => queue.items.filter(isIn(lane)).length,
    /** Removes and returns the next batch of a lane; empty if all its items were abandoned. */
    takeBatch: (lane: Lane): readonly Queued[] => {
      rejectAbandoned();
      const first = queue.peek(isIn(lane));
      if (first === undefined) return [];
      const batch: Queued[] = [];
      const ownLimit = callers.isShared() ? Math.ceil(maxItems * OWN_SHARE) : maxItems;
      const limit = lane === "heavy" ? ownLimit : maxItems;
      const fits = (queued: Queued): boolean =>
        isIn(lane)(queued) &&
        keyOf(queued.item) === keyOf(first.item) &&
        batch.filter(({ caller }) => caller === queued.caller).length < ownLimit;
      for (let next = queue.peek(fits); next !== undefined && batch.length < limit; next = queue.peek(fits)) {
        queue.take(next);
        queue.charge(next.caller, 1);
        batch.push(next);
      }
      return batch;
    },
  };
}

/** Creates a batcher that composes a batch only when the device is free. */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { device, stage, run, maxItems, window } = options;
  const waiting = createWaitingItems(options);
  const start = createLaneRunner({
    device,
    stage,
    hasWork: (lane) => waiting.count(lane) > 0,
    window: (lane) => (waiting.count(lane) < maxItems ? window() : undefined),
    run: async (lane) => {
      const batch = waiting.takeBatch(lane);
      if (batch.length > 0) await settle(batch, run);
    },
  });
  return {
    submit: (item) => {
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      waiting.add(item, { resolve, reject });
      start();
      return promise;
    },
  };
}
