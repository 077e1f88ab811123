import { Problem } from "../contract/problems.ts";

/** A file to decode. Its buffer is transferred to the thread if the file fills it, else the file is copied. */
export interface DecodeJob {
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes` in hexadecimal. */
  readonly digest: string;
}

/** The input of the vision encoder, or why there is none. */
export type Decoded = { readonly pixels: Float32Array } | { readonly problem: Problem };

/** A thread that decodes one image at a time. */
export interface DecodeThread {
  /** Resolves with the result, and the number of the image's pixels, 0 if it has no valid header. Never settles if the thread ends before. */
  decode(job: DecodeJob): Promise<Decoded & { readonly imagePixels: number }>;
  /** Resolves with the reason when the thread has ended. */
  readonly ended: Promise<string>;
  /** Ends the thread at once. */
  stop(): Promise<unknown>;
}

/** The place of one thread, which is replaced when it ends. */
export interface DecodeSlot {
  /** Decodes one image; the next call must wait for the result. Never rejects. */
  decode(job: DecodeJob): Promise<Decoded>;
  stop(): Promise<void>;
}

/**
 * Milliseconds after which a decode is given up and its thread replaced. The largest image that is accepted takes 3 s of a processor, and more on
 * a slower or busy one; a caller waits 30 s (`BACKEND_TIMEOUT_MS`).
 */
export const DECODE_DEADLINE_MS = 20_000;

/**
 * Number of pixels of an image above which the thread is replaced after it. The codecs' memory never shrinks and is up to 12 bytes per pixel in
 * each of three codecs: 0.2 GB at this size, which a phone's photograph does not exceed, and 0.7 GB at 60 megapixels, which take 2 s; starting
 * a thread takes a quarter of a second.
 */
export const MAX_KEPT_PIXELS = 16_000_000;

/** Runs a function after milliseconds, unless the returned function is called before. */
export type RunAfter = (milliseconds: number, run: () => void) => () => void;

/** Keeps one thread: `current` starts it again after it has ended. */
function createThreadHolder(startThread: () => DecodeThread) {
  let held: DecodeThread | undefined;
  async function forget(thread: DecodeThread): Promise<void> {
    await thread.ended;
    if (held === thread) held = undefined;
  }
  function current(): DecodeThread {
    if (held !== undefined) return held;
    const started = startThread();
    held = started;
    void forget(started);
    return started;
  }
  async function drop(): Promise<void> {
    const dropped = held;
    held = undefined;
    await dropped?.stop();
  }
  return { current, drop };
}

async function endOf({ ended }: DecodeThread) {
  return lost("internal", `The thread that decoded the image ended: ${await ended}`);
}

function lost(code: "internal" | "overloaded", detail: string) {
  return { problem: new Problem(code, detail), imagePixels: Infinity };
}

/** Starts a thread, and another one when it has ended. */
export function createDecodeSlot(startThread: () => DecodeThread, after: RunAfter): DecodeSlot {
  const { current, drop } = createThreadHolder(startThread);
  let isStopped = false;
  current();
  return {
    decode: async (job) => {
      const thread = current();
      const deadline = Promise.withResolvers<ReturnType<typeof lost>>();
      const cancel = after(DECODE_DEADLINE_MS, () =>
        deadline.resolve(lost("overloaded", `The image was not decoded within ${DECODE_DEADLINE_MS / 1000} s.`)),
      );
      const result = await Promise.race([thread.decode(job), endOf(thread), deadline.promise]);
      cancel();
      if (result.imagePixels > MAX_KEPT_PIXELS) {
        await drop();
        if (!isStopped) current();
      }
      return result;
    },
    stop: async () => {
      isStopped = true;
      await drop();
    },
  };
}
