import type { Problem } from "../../src/contract/problems.ts";
import { createDecodePool } from "../../src/serving/decode-pool.ts";
import type { Decoded, DecodeThread } from "../../src/serving/decode-slot.ts";

type Finish = (result: Decoded & { readonly imagePixels: number }) => void;

/** A thread of the test: it finishes what the test says, and ends when the test says so. */
interface TestThread extends DecodeThread {
  readonly jobs: { readonly digest: string; readonly finish: Finish }[];
  readonly end: (reason: string) => void;
  isStopped: boolean;
}

function createThread(): TestThread {
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const jobs: TestThread["jobs"] = [];
  const thread: TestThread = {
    jobs,
    ended,
    end: resolve,
    isStopped: false,
    decode: ({ digest }) => new Promise((finish) => void jobs.push({ digest, finish })),
    stop: async () => {
      thread.isStopped = true;
      resolve("stopped");
    },
  };
  return thread;
}

/** A pool with the test's threads and timers. */
export function decodeThreads(threadCount: number) {
  const threads: TestThread[] = [];
  const timers = new Map<() => void, number>();
  let nowMs = 0;
  const pool = createDecodePool({
    threads: threadCount,
    now: () => nowMs,
    startThread: () => {
      const thread = createThread();
      threads.push(thread);
      return thread;
    },
    after: (milliseconds, run) => {
      timers.set(run, milliseconds);
      return () => void timers.delete(run);
    },
  });
  const jobs = () => threads.flatMap((thread) => thread.jobs);
  const decode = (digest: string, signal = new AbortController().signal, caller = "") =>
    pool.decode({ bytes: new Uint8Array(1), digest }, { signal, caller });
  const finish = (digest: string, imagePixels = 1, problem?: Problem) => {
    const result = problem === undefined ? { pixels: Float32Array.of(digest.length) } : { problem };
    jobs()
      .findLast((job) => job.digest === digest)
      ?.finish({ ...result, imagePixels });
  };
  return {
    pool,
    threads,
    timers,
    decode,
    finish,
    started: () => jobs().map(({ digest }) => digest),
    advance: (ms: number) => void (nowMs += ms),
  };
}

/** Lets all promises that are ready settle. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
