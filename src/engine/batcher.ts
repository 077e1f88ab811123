import { cancelled } from "./cancelled.ts";
import type { Device } from "./device.ts";

/** How items become batches. */
export interface BatcherOptions<Item, Result> {
  readonly device: Device;
  /** Runs items of one key together; gives a result for each, in their order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly keyOf: (item: Item) => unknown;
  /** Whether nobody waits for an item any more. */
  readonly isAbandoned: (item: Item) => boolean;
  readonly maxItems: number;
  /** Resolves when a batch that is not full has waited long enough for company. */
  readonly window: () => Promise<void>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/** Dynamic batching: what comes while the device is busy, or within the window, runs together. */
export interface Batcher<Item, Result> {
  /** Rejects with `request-cancelled` if the item was abandoned before its turn. */
  submit(item: Item): Promise<Result>;
}

/** Runs a batch and hands out what comes of it. */
async function settle<Item, Result>(
  batch: readonly Waiting<Item, Result>[],
  run: BatcherOptions<Item, Result>["run"],
): Promise<void> {
  try {
    const results = await run(batch.map(({ item }) => item));
    for (const [at, { resolve, reject }] of batch.entries()) {
      const result = results[at];
      if (result === undefined) reject(new TypeError("The batch gave too few results."));
      else resolve(result);
    }
  } catch (thrown) {
    for (const { reject } of batch) reject(thrown);
  }
}

/** A batcher whose batches are made at the last moment, when the device is free for them. */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { device, run, keyOf, isAbandoned, maxItems, window } = options;
  let queue: readonly Waiting<Item, Result>[] = [];
  let isWorking = false;

  const take = (): readonly Waiting<Item, Result>[] => {
    for (const { item, reject } of queue) if (isAbandoned(item)) reject(cancelled());
    queue = queue.filter(({ item }) => !isAbandoned(item));
    const [first] = queue;
    if (first === undefined) return [];
    const batch = queue.filter(({ item }) => keyOf(item) === keyOf(first.item)).slice(0, maxItems);
    queue = queue.filter((each) => !batch.includes(each));
    return batch;
  };
  const runBatch = async (): Promise<void> => {
    const batch = take();
    if (batch.length > 0) await settle(batch, run);
  };
  const work = async (): Promise<void> => {
    while (queue.length > 0) {
      if (queue.length < maxItems) await window();
      await device.exclusive(runBatch);
    }
    isWorking = false;
  };
  return {
    submit: (item) => {
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      queue = [...queue, { item, resolve, reject }];
      if (!isWorking) {
        isWorking = true;
        void work();
      }
      return promise;
    },
  };
}
