import { cancelled } from "./cancelled.ts";
import type { Device } from "./device.ts";

/** Options of a batcher. */
export interface BatcherOptions<Item, Result> {
  readonly device: Device;
  /** Runs one batch, all items of the same key. Resolves with one result per item, in their order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly keyOf: (item: Item) => unknown;
  /** Whether no caller waits for the item any more. */
  readonly isAbandoned: (item: Item) => boolean;
  readonly maxItems: number;
  /** Resolves when a batch that is not full has waited long enough for further items. */
  readonly window: () => Promise<void>;
}

interface QueuedItem<Item, Result> {
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

/** Creates a batcher that composes a batch only when the device is free. */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { device, run, keyOf, isAbandoned, maxItems, window } = options;
  let queue: readonly QueuedItem<Item, Result>[] = [];
  let isWorking = false;

  const takeBatch = (): readonly QueuedItem<Item, Result>[] => {
    for (const { item, reject } of queue) if (isAbandoned(item)) reject(cancelled());
    queue = queue.filter(({ item }) => !isAbandoned(item));
    const [first] = queue;
    if (first === undefined) return [];
    const batch = queue.filter(({ item }) => keyOf(item) === keyOf(first.item)).slice(0, maxItems);
    queue = queue.filter((each) => !batch.includes(each));
    return batch;
  };
  const runBatch = async (): Promise<void> => {
    const batch = takeBatch();
    if (batch.length > 0) await settle(batch, run);
  };
  const drainQueue = async (): Promise<void> => {
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
        void drainQueue();
      }
      return promise;
    },
  };
}
