import { Problem } from "../contract/problems.ts";

/** How often those who wait look whether it is their turn, in milliseconds: little beside the tens that an answer takes. */
const POLL_MS = 4;

/** How long one may be silent before the others go past, in milliseconds: far longer than any single graph runs. */
export const LEASE_MS = 30_000;

/** Requests that may wait: at some 0.2 s an answer, the last of them waits as long as a client has patience. */
export const MAX_WAITING = 64;

/** What the queue needs of the createManualClock. */
export interface ModelQueueOptions {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** What the images of all requests inside and waiting may take; one alone may take more. */
  readonly imageBudgetBytes: number;
}

/** The right to run the model. */
export interface Lease {
  /** Says that its holder lives. */
  readonly renew: () => void;
  /** Gives the right to the next; a second call does nothing. */
  readonly release: () => void;
}

/** Lets requests to the model one at a time, in the order they came. */
export interface ModelQueue {
  /** `bytes` is what the request holds while it waits; `check` is called at each look and throws to give up. Throws `overloaded`. */
  acquire(bytes: number, check: () => void): Promise<Lease>;
}

interface Waiter {
  readonly bytes: number;
  seenMs: number;
}

/**
 * A queue that outlives its members. workerd drops a request whose client has left without running its `finally`, and a
 * promise of one request does not always wake another: so those who wait look for themselves, each renewing its own
 * waiter, and whoever has been silent for `LEASE_MS` is passed over.
 */
export function createModelQueue({ now, sleep, imageBudgetBytes }: ModelQueueOptions): ModelQueue {
  const queue: Waiter[] = [];
  const remove = (waiter: Waiter): void => {
    const at = queue.indexOf(waiter);
    if (at !== -1) queue.splice(at, 1);
  };
  const dropExpired = (): void => {
    for (const waiter of queue.filter(({ seenMs }) => now() - seenMs > LEASE_MS)) remove(waiter);
  };
  return {
    acquire: async (bytes, check) => {
      // Also here: where all who come are refused, nobody waits who would.
      dropExpired();
      const heldBytes = queue.reduce((sum, waiter) => sum + waiter.bytes, bytes);
      if (queue.length > MAX_WAITING || (queue.length > 0 && heldBytes > imageBudgetBytes)) {
        throw new Problem("overloaded", `${queue.length} requests are before this one.`);
      }
      const waiter: Waiter = { bytes, seenMs: now() };
      queue.push(waiter);
      try {
        while (queue[0] !== waiter) {
          await sleep(POLL_MS);
          check();
          waiter.seenMs = now();
          dropExpired();
          if (!queue.includes(waiter)) queue.push(waiter);
        }
      } catch (thrown) {
        remove(waiter);
        throw thrown;
      }
      return { renew: () => void (waiter.seenMs = now()), release: () => remove(waiter) };
    },
  };
}
