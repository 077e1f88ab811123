import type { Backend, GenerateRequest, GenerationEvent } from "../inference/backend.ts";
import { generationStream } from "./generation-stream.ts";
import {
  type MemoryLimits,
  planGeneration,
  type Preprocess,
  type Prompt,
  generateAnswers,
} from "../decoding/generate.ts";
import { createBackendTimer, type BackendTimer, withTimings } from "../runtime/backend-timer.ts";
import { loadModel, type Model } from "../runtime/load-model.ts";
import { createSharedModel, ensureLoaded, type SharedModelOptions } from "./shared-model.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";

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
  readonly waitUntil: (work: Promise<void>) => void;
}

type Pause = () => Promise<void>;

/** Answers a request with the model alone, on one vision pass. */
async function answer(
  model: Model,
  request: GenerateRequest,
  options: Pick<EmbeddedOptions, "preprocess"> &
    MemoryLimits & { readonly emit: Emit; readonly pause: Pause; readonly timer: BackendTimer },
): Promise<void> {
  const { florence, config } = model;
  const { pause, preprocess, timer } = options;
  const plan = planGeneration(model, request, options);
  const [features] = await florence.encodeImages([await preprocess(request.image, config.image)]);
  if (features === undefined) throw new TypeError("The vision encoder gave no features.");
  timer.end("encode");
  const encode = async (batch: readonly Prompt[]): Promise<readonly Float32Tensor[]> => {
    const encoded: (readonly Float32Tensor[])[] = [];
    for (const { ids } of batch) {
      await pause();
      // One by one: padded to one batch they take no less time, more memory, and are rounded otherwise.
      encoded.push(await florence.encodePrompts([{ features, ids }]));
    }
    timer.end("encode");
    return encoded.flat();
  };
  await generateAnswers(model, plan, { encode, emit: withTimings(options.emit, timer), pause });
}

type Emit = (event: GenerationEvent) => void;

/** The model inside the isolate, loaded by the first request that needs it and run for one request at a time. */
export function createEmbeddedBackend(options: EmbeddedOptions): Backend {
  const { preprocess, maxPromptTokens, maxCachedTokens = ISOLATE_MAX_CACHED_TOKENS, waitUntil, sleep, now } = options;
  const shared = createSharedModel(options, loadModel);
  return {
    generate: (request, signal) =>
      generationStream(
        (emit, { check }) => {
          const timer = createBackendTimer(now);
          return shared.use({ bytes: request.image.bytes.length, check }, (model, renew) => {
            timer.end("queue");
            const pause = async (): Promise<void> => {
              renew();
              await sleep(0);
              check();
            };
            return answer(model, request, { preprocess, maxPromptTokens, maxCachedTokens, emit, pause, timer });
          });
        },
        { signal, waitUntil },
      ),
    ready: () => ensureLoaded(shared, waitUntil),
    model: () => shared.describe(),
  };
}
