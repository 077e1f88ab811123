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
import { type Float32Tensor, free } from "../runtime/tensors.ts";
import { claimOf, createTurns, type Turns } from "./turns.ts";

/**
 * Longest prompt in an isolate of 128 MB. Attention memory grows with the square of the encoder's input length: the mini model needs no
 * additional memory for 65 visual tokens and 256 text tokens, 8 MiB more for 435 text tokens, and 59 MiB more for the maximum of 959.
 */
export const ISOLATE_MAX_PROMPT_TOKENS = 256;

/**
 * Maximum number of tokens in the decoder's KV cache in an isolate of 128 MB, encoder output and generated tokens of
 * all sequences together. For the mini model 1000 tokens take 10 MiB of linear memory and 6 to 12 MB of array buffers.
 * The limit allows three beams of the longest prompt with the default of 256 generated tokens, or five short prompts;
 * larger batches are hardly faster in wasm.
 */
export const ISOLATE_MAX_CACHED_TOKENS = 1792;

/** Options of the embedded backend. */
export interface EmbeddedOptions extends SharedModelOptions {
  readonly preprocess: Preprocess;
  /** `ISOLATE_MAX_PROMPT_TOKENS` in an isolate. */
  readonly maxPromptTokens: number;
  /** Maximum number of tokens in the decoder's KV cache; `ISOLATE_MAX_CACHED_TOKENS` by default. */
  readonly maxCachedTokens?: number;
  /** Milliseconds for one answer, with all waiting; without a limit by default. */
  readonly timeoutMs?: number;
  /** Keeps the isolate alive for work after its request has ended (workerd's `waitUntil`); the promise never rejects. */
  readonly waitUntil: (work: Promise<void>) => void;
}

/** Runs a request with exclusive use of the model and one vision pass. */
async function runRequest(
  model: Model,
  request: GenerateRequest,
  options: Pick<EmbeddedOptions, "preprocess"> &
    MemoryLimits & { readonly emit: Emit; readonly turns: Turns; readonly timer: BackendTimer },
): Promise<void> {
  const { florence, config } = model;
  const { turns, preprocess, timer } = options;
  const plan = planGeneration(model, request, options);
  const pixels = await preprocess(request.image, config.image);
  const [features] = await florence.encodeImages([pixels]);
  free([pixels]);
  if (features === undefined) throw new TypeError("The vision encoder gave no features.");
  timer.end("encode");
  const encode = async (batch: readonly Prompt[]): Promise<readonly Float32Tensor[]> => {
    const encoded: (readonly Float32Tensor[])[] = [];
    await turns.beforeBatch();
    for (const { ids } of batch) {
      await turns.pause();
      // One prompt per run: a padded batch takes as much time, more memory, and rounds differently.
      encoded.push(await florence.encodePrompts([{ features, ids }]));
    }
    timer.end("encode");
    return encoded.flat();
  };
  await generateAnswers(model, plan, { encode, emit: withTimings(options.emit, timer), pause: turns.pause });
}

type Emit = (event: GenerationEvent) => void;

/** Runs the model in the isolate, for one request at a time. The first request loads it. */
export function createEmbeddedBackend(options: EmbeddedOptions): Backend {
  const { preprocess, maxPromptTokens, maxCachedTokens = ISOLATE_MAX_CACHED_TOKENS, timeoutMs } = options;
  const { waitUntil, sleep, now } = options;
  const shared = createSharedModel(options, loadModel);
  return {
    generate: (request, signal) =>
      generationStream(
        (emit, { check }) => {
          const timer = createBackendTimer(now);
          return shared.run(claimOf(request, check), (model, lease) => {
            timer.end("queue");
            const turns = createTurns(lease, { sleep, check, timer });
            return runRequest(model, request, { preprocess, maxPromptTokens, maxCachedTokens, emit, turns, timer });
          });
        },
        { signal, now, timeoutMs, waitUntil },
      ),
    ready: () => ensureLoaded(shared, waitUntil),
    model: () => shared.describe(),
  };
}
