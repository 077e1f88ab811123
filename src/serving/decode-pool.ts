import { Problem } from "../contract/problems.ts";
import { cancelled } from "../engine/cancelled.ts";
import { createDecodeSlot, type DecodeJob, type DecodeThread, type RunAfter } from "./decode-slot.ts";

/** Dependencies and limits of `createDecodePool`. */
export interface DecodePoolOptions {
  readonly threads: number;
  readonly startThread: () => DecodeThread;
  readonly after: RunAfter;
}

/** Decodes images in threads, so that the caller's thread stays free. */
export interface DecodePool {
  /**
   * Decodes one image when a thread is free, in the order of the calls. A call that is cancelled leaves the queue; a decode that has begun is
   * completed, and its result dropped. Rejects with the image's `Problem`, `request-cancelled`, `overloaded`, or `internal` if the thread dies.
   */
  decode(job: DecodeJob, signal: AbortSignal): Promise<Float32Array>;
  /** Returns the number of images that wait for a thread. */
  readonly waiting: () => number;
  /** Ends all threads and rejects all images. */
  stop(): Promise<void>;
}

interface Waiting extends DecodeJob {
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

function remove<Item>(items: Item[], item: Item): void {
  const index = items.indexOf(item);
  if (index !== -1) items.splice(index, 1);
}

/** Starts the threads. */
export function createDecodePool({ threads, startThread, after }: DecodePoolOptions): DecodePool {
  const slots = Array.from({ length: threads }, () => createDecodeSlot(startThread, after));
  const idle = [...slots];
  const queue: Waiting[] = [];
  const running = new Set<Waiting>();
  let isStopped = false;

  async function runNext(): Promise<void> {
    const [job] = queue;
    const slot = job === undefined || isStopped ? undefined : idle.pop();
    if (job === undefined || slot === undefined) return;
    queue.shift();
    running.add(job);
    const result = await slot.decode(job);
    if ("pixels" in result) job.resolve(result.pixels);
    else job.reject(result.problem);
    running.delete(job);
    idle.push(slot);
    void runNext();
  }

  async function decode(job: DecodeJob, signal: AbortSignal): Promise<Float32Array> {
    if (signal.aborted) throw cancelled();
    if (isStopped) throw stopped();
    const { promise, ...settle } = Promise.withResolvers<Float32Array>();
    const waiting: Waiting = { ...job, ...settle };
    queue.push(waiting);
    void runNext();
    return untilAborted(signal, promise, () => {
      remove(queue, waiting);
      waiting.reject(cancelled());
    });
  }

  async function stop(): Promise<void> {
    isStopped = true;
    for (const { reject } of [...queue.splice(0), ...running]) reject(stopped());
    await Promise.all(slots.map((slot) => slot.stop()));
  }

  return { decode, stop, waiting: () => queue.length };
}
