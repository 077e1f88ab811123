import { Problem } from "../contract/problems.ts";
import type { GenerationEvent } from "../inference/backend.ts";

/** What a stream of events hangs on. */
export interface GenerationStreamOptions {
  readonly signal: AbortSignal;
  /** Keeps the isolate at work after its request has gone (workerd's `waitUntil`); the promise never rejects. */
  readonly waitUntil: (work: Promise<void>) => void;
}

/** How work learns that nobody wants its events: `check` throws `request-cancelled`, and `signal` is aborted. */
export interface Cancellation {
  readonly check: () => void;
  readonly signal: AbortSignal;
}

type Work = (emit: (event: GenerationEvent) => void, wanted: Cancellation) => Promise<void>;

/** Runs `work` behind a stream of its events. They wait in the stream, so a slow reader holds nobody up; one that stops reading abandons the work. */
export function generationStream(
  work: Work,
  { signal, waitUntil }: GenerationStreamOptions,
): AsyncIterable<GenerationEvent> {
  const abandoned = new AbortController();
  const wanted = AbortSignal.any([signal, abandoned.signal]);
  const check = (): void => {
    if (wanted.aborted) throw new Problem("request-cancelled", "The caller went away.");
  };
  const run = async (controller: ReadableStreamDefaultController<GenerationEvent>): Promise<void> => {
    try {
      await work(
        (event) => {
          if (!abandoned.signal.aborted) controller.enqueue(event);
        },
        { check, signal: wanted },
      );
      controller.close();
    } catch (thrown) {
      controller.error(thrown);
    }
  };
  return new ReadableStream<GenerationEvent>({
    start: (controller) => waitUntil(run(controller)),
    cancel: () => abandoned.abort(),
  });
}
