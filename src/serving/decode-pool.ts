import { Problem } from "../contract/problems.ts";
import { cancelled } from "../engine/cancelled.ts";

/** A file to decode. Its buffer is transferred to the thread if the file fills it, else the file is copied. */
export interface DecodeJob {
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes` in hexadecimal. */
  readonly digest: string;
}

/** A thread that decodes one image at a time. */
export interface DecodeThread {
  /** Resolves with the input of the vision encoder. Rejects with `Problem` if the image is not accepted. */
  decode(job: DecodeJob): Promise<Float32Array>;
  /** Resolves with the reason when the thread has ended by itself. */
  readonly ended: Promise<string>;
  /** Ends the thread at once; a decode in progress never settles. */
  stop(): Promise<unknown>;
}

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

/**
 * Milliseconds after which a decode is given up and its thread replaced. The largest image that is accepted takes 3 s of a processor, and more on
 * a slower or busy one; a caller waits 30 s (`BACKEND_TIMEOUT_MS`).
 */
export const DECODE_DEADLINE_MS = 20_000;

interface Waiting extends DecodeJob {
  readonly resolve: (pixels: Float32Array) => void;
  readonly reject: (reason: Problem) => void;
}

/** The place of one thread. `thread` starts it for the first image, and after it has ended. */
interface Slot {
  readonly thread: () => DecodeThread;
  readonly drop: () => Promise<unknown>;
  isBusy: boolean;
}

function createSlot(startThread: () => DecodeThread): Slot {
  let current: DecodeThread | undefined;
  const thread = (): DecodeThread => {
    if (current !== undefined) return current;
    const started = startThread();
    current = started;
    void started.ended.then(() => {
      if (current === started) current = undefined;
    });
    return started;
  };
  // Starting takes a quarter of a second.
  thread();
  return {
    thread,
    drop: async () => {
      const dropped = current;
      current = undefined;
      await dropped?.stop();
    },
    isBusy: false,
  };
}

const stopped = (): Problem => new Problem("overloaded", "The server is shutting down.");

/** Resolves or rejects as the thread does, and rejects when the thread has ended or the deadline has passed. */
async function decodeIn(
  thread: DecodeThread,
  job: DecodeJob,
  after: DecodePoolOptions["after"],
): Promise<{ readonly pixels: Float32Array } | { readonly problem: Problem; readonly isThreadLost: boolean }> {
  const deadline = Promise.withResolvers<string>();
  const cancel = after(DECODE_DEADLINE_MS, () => deadline.resolve("deadline"));
  const lost = (problem: Problem) => ({ problem, isThreadLost: true });
  try {
    return await Promise.race([
      thread.decode(job).then((pixels) => ({ pixels })),
      thread.ended.then((reason) =>
        lost(new Problem("internal", `The thread that decoded the image ended: ${reason}`)),
      ),
      deadline.promise.then(() =>
        lost(new Problem("overloaded", `The image was not decoded within ${DECODE_DEADLINE_MS / 1000} s.`)),
      ),
    ]);
  } catch (thrown) {
    const problem = thrown instanceof Problem ? thrown : new Problem("internal", String(thrown), { cause: thrown });
    return { problem, isThreadLost: false };
  } finally {
    cancel();
  }
}

/** Starts the threads. */
export function createDecodePool({ threads, startThread, after }: DecodePoolOptions): DecodePool {
  const slots = Array.from({ length: threads }, () => createSlot(startThread));
  const queue: Waiting[] = [];
  let isStopped = false;

  async function run(slot: Slot, job: Waiting): Promise<void> {
    slot.isBusy = true;
    const outcome = await decodeIn(slot.thread(), job, after);
    if ("pixels" in outcome) job.resolve(outcome.pixels);
    else {
      job.reject(outcome.problem);
      if (outcome.isThreadLost) await slot.drop();
    }
    slot.isBusy = false;
    next();
  }

  function next(): void {
    const slot = slots.find(({ isBusy }) => !isBusy);
    const job = slot === undefined || isStopped ? undefined : queue.shift();
    if (slot !== undefined && job !== undefined) void run(slot, job);
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
      next();
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
      for (const { reject } of queue.splice(0)) reject(stopped());
      await Promise.all(slots.map(({ drop }) => drop()));
    },
  };
}
