import { Problem } from "../contract/problems.ts";
import { cancelled } from "../engine/cancelled.ts";
import { type Claim, createFairQueue } from "../scheduling/fair-queue.ts";
import type { DecodeJob } from "./decode-slot.ts";
import { createDecodeSlots, type DecodeSlotsOptions } from "./decode-slots.ts";

/** Who asks for an image. */
export interface DecodeRequester {
  readonly caller: string;
  readonly signal: AbortSignal;
}

/** Decodes images in threads, so that the caller's thread stays free. */
export interface DecodePool {
  /**
   * Decodes one image when a thread is free, in turns between callers by the time that their images took. A call that is cancelled leaves the queue; a decode that has begun is
   * completed, and its result dropped. Rejects with the image's `Problem`, `request-cancelled`, `overloaded`, or `internal` if the thread dies.
   */
  decode(job: DecodeJob, requester: DecodeRequester): Promise<Float32Array>;
  /** Returns the number of images that wait for a thread. */
  readonly waiting: () => number;
  /** Ends all threads and rejects all images. */
  stop(): Promise<void>;
}

interface Waiting extends Claim {
  readonly job: DecodeJob;
  readonly resolve: (pixels: Float32Array) => void;
  readonly reject: (reason: Problem) => void;
}

const stopped = (): Problem => new Problem("overloaded", "The server is shutting down.");

/** Resolves as `promise` does; calls `leave` when the caller disconnects. */
async function untilAborted<Value>(signal: AbortSignal, promise: Promise<Value>, leave: () => void): Promise<Value> {
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/** Starts the threads. */
export function createDecodePool(options: DecodeSlotsOptions): DecodePool {
  const slots = createDecodeSlots(options);
  const queue = createFairQueue<Waiting>();
  const running = new Set<Waiting>();
  let isStopped = false;

  async function runNext(): Promise<void> {
    const next = isStopped ? undefined : queue.peek(({ caller }) => slots.isFreeFor(caller));
    if (next === undefined) return;
    queue.take(next);
    running.add(next);
    const result = await slots.decode(next.job, next.caller);
    queue.charge(next.caller, result.tookMs);
    if ("pixels" in result) next.resolve(result.pixels);
    else next.reject(result.problem);
    running.delete(next);
    // It may be for several that there is a free thread now.
    for (let free = slots.free(); free > 0; free -= 1) void runNext();
  }

  async function decode(job: DecodeJob, { caller, signal }: DecodeRequester): Promise<Float32Array> {
    if (signal.aborted) throw cancelled();
    if (isStopped) throw stopped();
    const { promise, ...settle } = Promise.withResolvers<Float32Array>();
    // Every image counts the same: how much work it is, is known only after its check, which is a part of it.
    const waiting: Waiting = { job, caller, units: 1, ...settle };
    queue.add(waiting);
    void runNext();
    return untilAborted(signal, promise, () => {
      queue.remove(waiting);
      waiting.reject(cancelled());
    });
  }

  async function stop(): Promise<void> {
    isStopped = true;
    for (const { reject } of [...queue.items, ...running]) reject(stopped());
    for (const waiting of queue.items) queue.remove(waiting);
    await slots.stop();
  }

  return { decode, stop, waiting: () => queue.items.length };
}
