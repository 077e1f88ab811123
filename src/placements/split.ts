import {
  type Backend,
  type EncoderStates,
  type GenerateRequest,
  ModelChanged,
  type ModelDescription,
  type PromptEncoder,
} from "../inference/backend.ts";
import { type BatchLimits, planBatches, planEncoderBatches } from "../decoding/plan-batches.ts";
import { ISOLATE_MAX_CACHED_TOKENS } from "./embedded.ts";
import { generationStream } from "./generation-stream.ts";
import {
  type MemoryLimits,
  planGeneration,
  type Prompt,
  type GenerateOptions,
  generateAnswers,
} from "../decoding/generate.ts";
import { createBackendTimer, withTimings } from "../runtime/backend-timer.ts";
import { type DecoderModel, type EmbedPrompt, loadDecoder } from "../runtime/load-model.ts";
import { createSharedModel, ensureLoaded, internalClaim, type SharedModelOptions } from "./shared-model.ts";
import { claimOf, createTurns, type Turns } from "./turns.ts";

/** Options of the split backend. */
export interface SplitOptions extends SharedModelOptions, Partial<MemoryLimits> {
  /** Creates the encoder. `embed` embeds a prompt with the embedding table in the isolate, for backends that serve only the ONNX graphs. */
  readonly encoder: (embed: EmbedPrompt) => PromptEncoder;
  /** Keeps the isolate alive for work after its request has ended (workerd's `waitUntil`); the promise never rejects. */
  readonly waitUntil: (work: Promise<void>) => void;
  /** Maximum bytes of encoder states per encoder call; `MAX_STATE_BYTES` by default. */
  readonly maxStateBytes?: number;
  /** Milliseconds for one answer, with all waiting; without a limit by default. */
  readonly timeoutMs?: number;
}

/**
 * Maximum bytes of encoder states per encoder call; further prompts of a request are encoded after these are decoded. The states of 64 long
 * labels of the mini model, or of 19 short ones of Florence-2 base, exceed the client's limit for a reply (32 MiB). The value is half of the
 * memory that waiting requests may hold in an isolate.
 */
export const MAX_STATE_BYTES = 6 * 1024 * 1024;

function bytesOf(states: readonly EncoderStates[]): number {
  return states.reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** The description of decoder and encoders as one model: two exports of a checkpoint can work together, but generate other text than either alone. */
function combined(own: ModelDescription, encoders: string | undefined): ModelDescription {
  if (encoders === undefined || encoders === own.revision) return own;
  return { ...own, revision: `${own.revision}+${encoders}` };
}

/** Tracks the identity of decoder and encoders: the encoders have the last revision that they reported, and until then the decoder's. */
function createCombinedModel(describe: () => Promise<ModelDescription>) {
  let encoderRevision: string | undefined;
  return {
    describe: async () => combined(await describe(), encoderRevision),
    /**
     * Returns a check for the revision of each reply. It throws `ModelChanged` if the states come from another model than the requested one, or
     * from two models.
     */
    createRevisionCheck: ({ model }: GenerateRequest) => {
      const seen = new Set<string | undefined>();
      return async (revision: string | undefined): Promise<void> => {
        encoderRevision = revision;
        seen.add(revision);
        const isRequested = model === undefined || combined(await describe(), revision).revision === model.revision;
        if (!isRequested || seen.size > 1) {
          throw new ModelChanged("The encoders are not the requested ones.");
        }
      };
    },
  };
}

/** Plans the encoder calls of a request: one batch of prompts for each. */
function planEncoderCalls(
  model: DecoderModel,
  request: GenerateRequest,
  limits: MemoryLimits & { maxStateBytes: number },
) {
  const { rules, batches: decoderBatches } = planGeneration(model, request, limits);
  const { attentionHeads, headSize } = model.config;
  const tokenBytes = attentionHeads * headSize * Float32Array.BYTES_PER_ELEMENT;
  return { rules, batches: planEncoderBatches(decoderBatches.flat(), limits.maxStateBytes / tokenBytes) };
}

/** The prompts of one encoder call and their states. */
interface EncodedBatch {
  readonly prompts: readonly Prompt[];
  readonly states: readonly EncoderStates[];
}

/** Generates for the prompts of one encoder call. */
function generateBatch(
  model: DecoderModel,
  { prompts, states }: EncodedBatch,
  { limits, emit, turns }: Pick<GenerateOptions, "emit"> & { readonly limits: BatchLimits; readonly turns: Turns },
): Promise<void> {
  const statesByPrompt = new Map(prompts.map((prompt, index) => [prompt, states[index]]));
  const encode: GenerateOptions["encode"] = async (batch) => {
    await turns.beforeBatch();
    return batch.flatMap((prompt) => statesByPrompt.get(prompt) ?? []);
  };
  const plan = { rules: limits.rules, batches: planBatches(prompts, limits) };
  return generateAnswers(model, plan, { emit, pause: turns.pause, encode });
}

/**
 * Runs the decoder in the isolate and the encoders remotely. A request holds the model only while it decodes: other requests can decode while
 * it waits for its encoder states.
 */
export function createSplitBackend(options: SplitOptions): Backend {
  const { maxPromptTokens = Infinity, maxCachedTokens = ISOLATE_MAX_CACHED_TOKENS, waitUntil, sleep, now } = options;
  const { maxStateBytes = MAX_STATE_BYTES, timeoutMs } = options;
  const shared = createSharedModel(options, loadDecoder);
  const encoder = options.encoder((ids) => shared.run(internalClaim, (model) => model.embed(ids)));
  const combinedModel = createCombinedModel(() => shared.describe());
  const limits = { maxPromptTokens, maxCachedTokens, maxStateBytes };
  return {
    generate: (request, signal) =>
      generationStream(
        async (emit, { check, signal: cancelled }) => {
          const timer = createBackendTimer(now);
          const claim = claimOf(request, check);
          const { rules, batches } = await shared.run(claim, async (model) => planEncoderCalls(model, request, limits));
          const checkRevision = combinedModel.createRevisionCheck(request);
          for (const prompts of batches) {
            timer.end("queue");
            const { states, revision } = await encoder.encode({ ...request, prompts }, cancelled);
            timer.end("encode");
            await checkRevision(revision);
            await shared.run({ ...claim, bytes: bytesOf(states) }, (model, lease) => {
              timer.end("queue");
              const turns = createTurns(lease, { sleep, check, timer });
              const generateOptions = { limits: { rules, maxCachedTokens }, emit: withTimings(emit, timer), turns };
              return generateBatch(model, { prompts, states }, generateOptions);
            });
          }
        },
        { signal, now, timeoutMs, waitUntil },
      ),
    ready: async () => {
      await Promise.all([encoder.ready(), ensureLoaded(shared, waitUntil)]);
    },
    model: () => combinedModel.describe(),
  };
}
