import { Problem } from "../contract/problems.ts";
import type { GenerationEvent } from "../inference/backend.ts";

/** Dependencies of a generation stream. */
export interface GenerationStreamOptions {
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Milliseconds for the whole generation, with all waiting; by default there is no limit. */
  readonly timeoutMs?: number | undefined;
  /** Keeps the isolate alive for work after its request has ended (workerd's `waitUntil`); the promise never rejects. */
  readonly waitUntil: (work: Promise<void>) => void;
}

/** Cancellation of the work: once cancelled, `check` throws `request-cancelled` and `signal` is aborted; after the deadline it throws `backend-timeout`. */
export interface Cancellation {
  readonly check: () => void;
  readonly signal: AbortSignal;
}

type Work = (emit: (event: GenerationEvent) => void, cancellation: Cancellation) => Promise<void>;

/** Runs `work` and returns a stream of its events. It buffers them, so a slow reader does not delay the work; a reader that stops cancels it. */
export function generationStream(
  work: Work,
  { signal, now, timeoutMs = Infinity, waitUntil }: GenerationStreamOptions,
): AsyncIterable<GenerationEvent> {
  const endsAt = now() + timeoutMs;
  const reader = new AbortController();
  const cancelled = AbortSignal.any([signal, reader.signal]);
  const check = (): void => {
    if (cancelled.aborted) throw new Problem("request-cancelled", "The caller disconnected.");
    const seconds = timeoutMs / 1000;
    if (now() > endsAt) throw new Problem("backend-timeout", `The model did not answer within ${seconds} seconds.`);
  };
  const run = async (controller: ReadableStreamDefaultController<GenerationEvent>): Promise<void> => {
    try {
      await work(
        (event) => {
          if (!reader.signal.aborted) controller.enqueue(event);
        },
        { check, signal: cancelled },
      );
      controller.close();
    } catch (thrown) {
      controller.error(thrown);
    }
  };
  return new ReadableStream<GenerationEvent>({
    start: (controller) => waitUntil(run(controller)),
    cancel: () => reader.abort(),
  });
}
