import { Problem } from "../contract/problems.ts";
import type { GenerationEvent } from "../inference/backend.ts";

/** What a stream of events hangs on. */
export interface EventStreamOptions {
  readonly signal: AbortSignal;
  /** Keeps the isolate at work after its request has gone (workerd's `waitUntil`); the promise never rejects. */
  readonly holdOpen: (work: Promise<void>) => void;
}

/** How work learns that nobody wants its events: `check` throws `request-cancelled`, and `signal` is aborted. */
export interface Wanted {
  readonly check: () => void;
  readonly signal: AbortSignal;
}

type Work = (emit: (event: GenerationEvent) => void, wanted: Wanted) => Promise<void>;

/** Runs `work` behind a stream of its events. They wait in the stream, so a slow reader holds nobody up; one that stops reading abandons the work. */
export function eventStream(work: Work, { signal, holdOpen }: EventStreamOptions): AsyncIterable<GenerationEvent> {
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
    start: (controller) => holdOpen(run(controller)),
    cancel: () => abandoned.abort(),
  });
}
