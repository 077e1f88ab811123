import { Problem } from "../contract/problems.ts";
import { cancelled } from "../engine/cancelled.ts";
import { type Claim, createFairQueue } from "../scheduling/fair-queue.ts";
import { createDecodeSpeeds } from "./decode-speeds.ts";
import { createDecodeSlot, type DecodeJob, type DecodeThread, type RunAfter } from "./decode-slot.ts";

/** Dependencies and limits of `createDecodePool`. */
export interface DecodePoolOptions {
  readonly threads: number;
  readonly startThread: () => DecodeThread;
  readonly after: RunAfter;
  /** In milliseconds. */
  readonly now: () => number;
}

/** Who asks for an image. */
export interface DecodeRequester {
  readonly caller: string;
  readonly signal: AbortSignal;
}

/** Decodes images in threads, so that the caller's thread stays free. */
export interface DecodePool {
  /**
   * Decodes one image when a thread is free, in turns between callers by the time that their images took. The last free thread is kept for callers whose
   * images take little: otherwise these would wait for the end of large ones. A call that is cancelled leaves the queue; a decode that has begun is
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
export function createDecodePool({ threads, startThread, after, now }: DecodePoolOptions): DecodePool {
  const slots = Array.from({ length: threads }, () => createDecodeSlot(startThread, after));
  const idle = [...slots];
  const queue = createFairQueue<Waiting>();
  const running = new Set<Waiting>();
  const speeds = createDecodeSpeeds(now);
  let isStopped = false;

  function mayTakeLast(caller: string): boolean {
    const speed = speeds.of(caller);
    return speed === undefined ? [...running].every((other) => other.caller !== caller) : speed === "quick";
  }

  async function runNext(): Promise<void> {
    const isLast = idle.length === 1 && threads > 1;
    const next = queue.peek(({ caller }) => !isLast || mayTakeLast(caller));
    const slot = next === undefined || isStopped ? undefined : idle.pop();
    if (next === undefined || slot === undefined) return;
    queue.take(next);
    running.add(next);
    const begunMs = now();
    const result = await slot.decode(next.job);
    const tookMs = Math.max(1, now() - begunMs);
    queue.charge(next.caller, tookMs);
    speeds.record(next.caller, tookMs);
    if ("pixels" in result) next.resolve(result.pixels);
    else next.reject(result.problem);
    running.delete(next);
    idle.push(slot);
    // What the end of one image allows may be more than one: the last free thread may have been kept.
    for (let free = idle.length; free > 0; free -= 1) void runNext();
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
    await Promise.all(slots.map((slot) => slot.stop()));
  }

  return { decode, stop, waiting: () => queue.items.length };
}
