import { Problem } from "../contract/problems.ts";
import type { Backend, GenerationEvent } from "../inference/backend.ts";
import { generate, type Preprocess } from "./generate.ts";
import { createSharedModel, type SharedModelOptions } from "./shared-model.ts";

/**
 * Longest prompt in an isolate of 128 MB. Attention takes memory with the square of what the encoder reads: the mini
 * model's needs no more for 65 visual tokens and 256 of text, 8 MB more for 435, and 64 MB more for all 959 it could read.
 */
export const ISOLATE_MAX_PROMPT_TOKENS = 256;

/**
 * What the decoder may have to cache at once in an isolate of 128 MB, in tokens seen and written over all sequences. For the
 * mini model 1000 take 10 MiB of linear memory and 6 to 12 MB of array buffers. This many are three beams of the longest
 * prompt and of the 256 tokens an answer has by default, or five short prompts; in wasm more at once are hardly faster.
 */
export const ISOLATE_MAX_CACHED_TOKENS = 1792;

/** What the embedded backend is made of. */
export interface EmbeddedOptions extends SharedModelOptions {
  readonly preprocess: Preprocess;
  /** `ISOLATE_MAX_PROMPT_TOKENS` where memory is an isolate's. */
  readonly maxPromptTokens: number;
  /** In tokens seen and written, over all sequences that are searched at once; an isolate's when left out. */
  readonly maxCachedTokens?: number;
  /** Keeps the isolate at work after its request has gone (workerd's `waitUntil`); the promise never rejects. */
  readonly holdOpen: (work: Promise<void>) => void;
}

type Emit = (event: GenerationEvent) => void;
type Work = (emit: Emit, isAbandoned: () => boolean) => Promise<void>;

/** Runs `work` behind a stream of its events. They wait in the stream, so a slow reader holds nobody up; one that stops reading abandons the work. */
function eventStream(work: Work, holdOpen: EmbeddedOptions["holdOpen"]): AsyncIterable<GenerationEvent> {
  let abandoned = false;
  const run = async (controller: ReadableStreamDefaultController<GenerationEvent>): Promise<void> => {
    try {
      await work(
        (event) => controller.enqueue(event),
        () => abandoned,
      );
      controller.close();
    } catch (thrown) {
      controller.error(thrown);
    }
  };
  return new ReadableStream<GenerationEvent>({
    start: (controller) => holdOpen(run(controller)),
    cancel: () => {
      abandoned = true;
    },
  });
}

/** The model inside the isolate, loaded by the first request that needs it and run for one request at a time. */
export function createEmbeddedBackend(options: EmbeddedOptions): Backend {
  const { preprocess, maxPromptTokens, maxCachedTokens = ISOLATE_MAX_CACHED_TOKENS, holdOpen, sleep } = options;
  const shared = createSharedModel(options);
  return {
    generate: (request, signal) =>
      eventStream((emit, isAbandoned) => {
        const check = (): void => {
          if (isAbandoned() || signal.aborted) throw new Problem("request-cancelled", "The caller went away.");
        };
        return shared.use({ bytes: request.image.bytes.length, check }, (model, renew) => {
          const pause = async (): Promise<void> => {
            renew();
            await sleep(0);
            check();
          };
          return generate(model, request, { preprocess, maxPromptTokens, maxCachedTokens, emit, pause });
        });
      }, holdOpen),
    ready: async () => {
      // Not behind the requests that the model is busy with: being busy is being ready.
      if (shared.isLoaded()) return;
      const loading = shared.use({ bytes: 0, check: () => {} }, async () => {});
      holdOpen(loading.catch(() => {}));
      await loading;
    },
    model: () => shared.describe(),
  };
}
