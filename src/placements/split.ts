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
import { createSharedModel, ensureLoaded, type SharedModelOptions } from "./shared-model.ts";

/** What the split backend is made of. */
export interface SplitOptions extends SharedModelOptions, Partial<MemoryLimits> {
  /** Whoever runs the encoders. It is handed a way to embed a prompt with the isolate's own table, for backends that serve the bare graphs. */
  readonly encoder: (embed: EmbedPrompt) => PromptEncoder;
  /** Keeps the isolate at work after its request has gone (workerd's `waitUntil`); the promise never rejects. */
  readonly waitUntil: (work: Promise<void>) => void;
  /** Most bytes of encoder states that are asked for at once; `MAX_STATE_BYTES` if left out. */
  readonly maxStateBytes?: number;
}

/**
 * Most bytes of encoder states that are asked for at once; further prompts of a request wait until these are answered. 64 long labels of the mini
 * model, or 19 short ones of Florence-2 base, have more than the client takes of a reply (32 MiB); this is half of what those may hold who wait for
 * the model in an isolate.
 */
export const MAX_STATE_BYTES = 6 * 1024 * 1024;

function bytesOf(states: readonly EncoderStates[]): number {
  return states.reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** Decoder and encoders as one model: two exports of one checkpoint may well work together, but write otherwise than either alone. */
function joined(own: ModelDescription, encoders: string | undefined): ModelDescription {
  if (encoders === undefined || encoders === own.revision) return own;
  return { ...own, revision: `${own.revision}+${encoders}` };
}

/** The decoder, and the encoders as they named themselves last; until they have, they are taken for the decoder's own. */
function createPair(describe: () => Promise<ModelDescription>) {
  let encoders: string | undefined;
  return {
    describe: async () => joined(await describe(), encoders),
    /** Throws `ModelChanged` where the states of encoders of a revision would make it another model's answer, or two models'. */
    checkFor: ({ model }: GenerateRequest) => {
      const seen = new Set<string | undefined>();
      return async (revision: string | undefined): Promise<void> => {
        encoders = revision;
        seen.add(revision);
        const isWanted = model === undefined || joined(await describe(), revision).revision === model.revision;
        if (!isWanted || seen.size > 1) {
          throw new ModelChanged("The encoders are others than those that were asked for.");
        }
      };
    },
  };
}

/** The prompts of a request, in pieces whose states are asked for at once. */
function planPieces(model: DecoderModel, request: GenerateRequest, limits: MemoryLimits & { maxStateBytes: number }) {
  const { rules, batches } = planGeneration(model, request, limits);
  const { attentionHeads, headSize } = model.config;
  const tokenBytes = attentionHeads * headSize * Float32Array.BYTES_PER_ELEMENT;
  return { rules, pieces: planEncoderBatches(batches.flat(), limits.maxStateBytes / tokenBytes) };
}

/** One piece of the prompts and its states. */
interface Encoded {
  readonly piece: readonly Prompt[];
  readonly states: readonly EncoderStates[];
}

/** Decodes for a piece of the prompts. */
function writePiece(
  model: DecoderModel,
  { piece, states }: Encoded,
  { limits, ...options }: Omit<GenerateOptions, "encode"> & { readonly limits: BatchLimits },
): Promise<void> {
  const byPrompt = new Map(piece.map((prompt, at) => [prompt, states[at]]));
  const encode: GenerateOptions["encode"] = async (batch) => batch.flatMap((prompt) => byPrompt.get(prompt) ?? []);
  return generateAnswers(model, { rules: limits.rules, batches: planBatches(piece, limits) }, { ...options, encode });
}

/**
 * The decoder inside the isolate, the encoders elsewhere. The model is only held while it is used: other requests are decoded
 * while one waits for its encoder states.
 */
export function createSplitBackend(options: SplitOptions): Backend {
  const { maxPromptTokens = Infinity, maxCachedTokens = ISOLATE_MAX_CACHED_TOKENS, waitUntil, sleep, now } = options;
  const { maxStateBytes = MAX_STATE_BYTES } = options;
  const shared = createSharedModel(options, loadDecoder);
  const encoder = options.encoder((ids) => shared.use({ bytes: 0, check: () => {} }, (model) => model.embed(ids)));
  const pair = createPair(() => shared.describe());
  const limits = { maxPromptTokens, maxCachedTokens, maxStateBytes };
  return {
    generate: (request, signal) =>
      generationStream(
        async (emit, { check, signal: wanted }) => {
          const timer = createBackendTimer(now);
          const claim = { bytes: request.image.bytes.length, check };
          const { rules, pieces } = await shared.use(claim, async (model) => planPieces(model, request, limits));
          const checkRevision = pair.checkFor(request);
          for (const piece of pieces) {
            timer.end("queue");
            const { states, revision } = await encoder.encode({ ...request, prompts: piece }, wanted);
            timer.end("encode");
            await checkRevision(revision);
            await shared.use({ bytes: bytesOf(states), check }, (model, renew) => {
              timer.end("queue");
              const pause = async (): Promise<void> => {
                renew();
                await sleep(0);
                check();
              };
              const writing = { limits: { rules, maxCachedTokens }, emit: withTimings(emit, timer), pause };
              return writePiece(model, { piece, states }, writing);
            });
          }
        },
        { signal, waitUntil },
      ),
    ready: async () => {
      await Promise.all([encoder.ready(), ensureLoaded(shared, waitUntil)]);
    },
    model: () => pair.describe(),
  };
}
