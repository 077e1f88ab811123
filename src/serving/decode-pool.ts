import { Problem } from "../contract/problems.ts";
import { cancelled } from "../engine/cancelled.ts";
import { createDecodeSlot, type DecodeJob, type DecodeThread } from "./decode-slot.ts";

/** Dependencies and limits of `createDecodePool`. */
export interface DecodePoolOptions {
  readonly threads: number;
  readonly startThread: () => DecodeThread;
  /** Runs `run` after that many milliseconds, unless the returned function is called before. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
}

/** Decodes images in threads, so that the caller's thread stays free. */
export interface DecodePool {
  /**
   * Decodes one image when a thread is free, in the order of the calls. A call that is cancelled leaves the queue; a decode that has begun is
   * completed, and its result dropped. Rejects with the image's `Problem`, `request-cancelled`, `overloaded`, or `internal` if the thread dies.
   */
  decode(job: DecodeJob, signal: AbortSignal): Promise<Float32Array>;
  /** Number of images that wait for a thread. */
  readonly waiting: number;
  /** Ends all threads and rejects all images. */
  stop(): Promise<void>;
}

interface Waiting extends DecodeJob {
  readonly resolve: (pixels: Float32Array) => void;
  readonly reject: (reason: Problem) => void;
}

const stopped = (): Problem => new Problem("overloaded", "The server is shutting down.");

/** Starts the threads. */
export function createDecodePool({ threads, startThread, after }: DecodePoolOptions): DecodePool {
  const slots = Array.from({ length: threads }, () => createDecodeSlot(startThread, after));
  const idle = [...slots];
  const queue: Waiting[] = [];
  const running = new Set<Waiting>();
  let isStopped = false;

  async function runNext(): Promise<void> {
    const slot = queue.length === 0 || isStopped ? undefined : idle.pop();
    const job = slot === undefined ? undefined : queue.shift();
    if (slot === undefined || job === undefined) return;
    running.add(job);
    const result = await slot.decode(job);
    if ("pixels" in result) job.resolve(result.pixels);
    else job.reject(result.problem);
    running.delete(job);
    idle.push(slot);
    void runNext();
  }

  return {
    decode: async (job, signal) => {
      if (signal.aborted) throw cancelled();
      if (isStopped) throw stopped();
      const { promise, resolve, reject } = Promise.withResolvers<Float32Array>();
      const waiting: Waiting = { ...job, resolve, reject };
      const leave = (): void => {
        const index = queue.indexOf(waiting);
        if (index !== -1) queue.splice(index, 1);
        reject(cancelled());
      };
      signal.addEventListener("abort", leave, { once: true });
      queue.push(waiting);
      void runNext();
      try {
        return await promise;
      } finally {
        signal.removeEventListener("abort", leave);
      }
    },
    get waiting() {
      return queue.length;
    },
    stop: async () => {
      isStopped = true;
      for (const { reject } of [...queue.splice(0), ...running]) reject(stopped());
      await Promise.all(slots.map((slot) => slot.stop()));
    },
  };
}
