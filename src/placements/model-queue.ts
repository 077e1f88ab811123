import { Problem } from "../contract/problems.ts";

/** Polling interval of waiters, in milliseconds: small compared with the tens of milliseconds that an answer takes. */
const POLL_MS = 4;

/** Milliseconds without renewal after which the queue drops a holder or waiter: far longer than a single graph run. */
export const LEASE_MS = 30_000;

/** Maximum number of waiting requests: at about 0.2 s per answer, the last one waits as long as a client is likely to wait. */
export const MAX_WAITING = 64;

/** Clock and limits of the queue. */
export interface ModelQueueOptions {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Maximum bytes of the images of all running and waiting requests; a single request may exceed it. */
  readonly imageBudgetBytes: number;
}

/** Exclusive use of the model. */
export interface Lease {
  /** Renews the lease for `LEASE_MS`. */
  readonly renew: () => void;
  /** Passes the model to the next waiter; a second call does nothing. */
  readonly release: () => void;
}

/** A FIFO queue for exclusive use of the model. */
export interface ModelQueue {
  /**
   * Waits for the lease. `bytes` is the memory that the waiting request holds; `check` runs at each poll and throws to cancel. Throws
   * `overloaded`.
   */
  acquire(bytes: number, check: () => void): Promise<Lease>;
}

interface Waiter {
  readonly bytes: number;
  renewedMs: number;
}

/**
 * Creates a queue that tolerates dropped requests. workerd drops the request of a disconnected client without running its `finally`, and a
 * promise of one request does not always wake another. So each waiter polls and renews its own entry, and an entry that was not renewed for
 * `LEASE_MS` is removed.
 */
export function createModelQueue({ now, sleep, imageBudgetBytes }: ModelQueueOptions): ModelQueue {
  const queue: Waiter[] = [];
  const remove = (waiter: Waiter): void => {
    const index = queue.indexOf(waiter);
    if (index !== -1) queue.splice(index, 1);
  };
  const dropExpired = (): void => {
    for (const waiter of queue.filter(({ renewedMs }) => now() - renewedMs > LEASE_MS)) remove(waiter);
  };
  return {
    acquire: async (bytes, check) => {
      // Also called here: otherwise only waiters call it, and there may be none.
      dropExpired();
      const heldBytes = queue.reduce((sum, waiter) => sum + waiter.bytes, bytes);
      if (queue.length > MAX_WAITING || (queue.length > 0 && heldBytes > imageBudgetBytes)) {
        throw new Problem("overloaded", `${queue.length} requests are ahead in the queue.`);
      }
      const waiter: Waiter = { bytes, renewedMs: now() };
      queue.push(waiter);
      try {
        while (queue[0] !== waiter) {
          await sleep(POLL_MS);
          check();
          waiter.renewedMs = now();
          dropExpired();
          if (!queue.includes(waiter)) queue.push(waiter);
        }
      } catch (thrown) {
        remove(waiter);
        throw thrown;
      }
      return { renew: () => void (waiter.renewedMs = now()), release: () => remove(waiter) };
    },
  };
}
