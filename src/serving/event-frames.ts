import type { StreamFrame } from "./served-model.ts";
import type { ErrorReply } from "./serving-failure.ts";

const encoder = new TextEncoder();

function eventOf(frame: StreamFrame): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(frame)}\n\n`);
}

/** Makes frames until it resolves. */
export type FrameWork = (emit: (frame: StreamFrame) => void, signal: AbortSignal) => Promise<void>;

/** What a stream of server-sent events needs beside its frames. */
export interface EventFramesOptions {
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
  /** An error after the first frame, which is sent as a frame; also called when nobody reads it any more. */
  readonly fail: (thrown: unknown) => ErrorReply["body"];
}

/**
 * Frames as server-sent events, beginning at the first one: what fails before it rejects. Reading no further aborts the work's
 * signal at once, also while it waits. Frames are not held back for a slow reader: a whole answer is less than its picture.
 */
export async function eventFrames(
  work: FrameWork,
  { signal, fail }: EventFramesOptions,
): Promise<ReadableStream<Uint8Array>> {
  const left = new AbortController();
  const begun = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      let isBegun = false;
      const emit = (frame: StreamFrame): void => {
        if (!left.signal.aborted) controller.enqueue(eventOf(frame));
        isBegun = true;
        begun.resolve();
      };
      const run = async (): Promise<void> => {
        try {
          await work(emit, AbortSignal.any([signal, left.signal]));
        } catch (thrown) {
          if (isBegun) emit({ ...fail(thrown) });
          else begun.reject(thrown);
        }
        begun.resolve();
        if (!left.signal.aborted) controller.close();
      };
      void run();
    },
    cancel: () => left.abort(),
  });
  await begun.promise;
  return body;
}
