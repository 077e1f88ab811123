import {
  type Backend,
  type EncoderStates,
  type GenerateRequest,
  ModelChanged,
  type ModelDescription,
  type PromptEncoder,
} from "../inference/backend.ts";
import { ISOLATE_MAX_CACHED_TOKENS } from "./embedded.ts";
import { eventStream } from "./event-stream.ts";
import { type MemoryLimits, type Plan, planFor, type WriteOptions, writeAnswers } from "./generate.ts";
import { createLaps, timed } from "./laps.ts";
import { type EmbedPrompt, loadDecoder } from "./load-model.ts";
import { createSharedModel, readyWith, type SharedModelOptions } from "./shared-model.ts";

/** What the split backend is made of. */
export interface SplitOptions extends SharedModelOptions, Partial<MemoryLimits> {
  /** Whoever runs the encoders. It is handed a way to embed a prompt with the isolate's own table, for backends that serve the bare graphs. */
  readonly encoder: (embed: EmbedPrompt) => PromptEncoder;
  /** Keeps the isolate at work after its request has gone (workerd's `waitUntil`); the promise never rejects. */
  readonly holdOpen: (work: Promise<void>) => void;
}

function bytesOf(states: readonly EncoderStates[]): number {
  return states.reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** What the encoders gave, batch by batch. */
function statesOf(states: readonly EncoderStates[]): WriteOptions["encode"] {
  return async (batch) => batch.flatMap(({ index }) => states[index] ?? []);
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
    /** Throws `ModelChanged` where the states of encoders of this revision would make it another model's answer. */
    check: async ({ model }: GenerateRequest, revision: string | undefined): Promise<void> => {
      encoders = revision;
      if (model === undefined || joined(await describe(), revision).revision === model.revision) return;
      throw new ModelChanged("The encoders are others than those that were asked for.");
    },
  };
}

/**
 * The decoder inside the isolate, the encoders elsewhere. The model is only held while it is used: other requests are decoded
 * while one waits for its encoder states.
 */
export function createSplitBackend(options: SplitOptions): Backend {
  const { maxPromptTokens = Infinity, maxCachedTokens = ISOLATE_MAX_CACHED_TOKENS, holdOpen, sleep, now } = options;
  const shared = createSharedModel(options, loadDecoder);
  const encoder = options.encoder((ids) => shared.use({ bytes: 0, check: () => {} }, (model) => model.embed(ids)));
  const pair = createPair(() => shared.describe());
  const plan = (request: GenerateRequest, check: () => void): Promise<Plan> =>
    shared.use({ bytes: request.image.bytes.length, check }, async (model) =>
      planFor(model, request, { maxPromptTokens, maxCachedTokens }),
    );
  return {
    generate: (request, signal) =>
      eventStream(
        async (emit, { check, signal: wanted }) => {
          const laps = createLaps(now);
          const planned = await plan(request, check);
          laps.end("queue");
          const { states, revision } = await encoder.encode({ ...request, prompts: planned.batches.flat() }, wanted);
          laps.end("encode");
          await pair.check(request, revision);
          await shared.use({ bytes: bytesOf(states), check }, (model, renew) => {
            laps.end("queue");
            const pause = async (): Promise<void> => {
              renew();
              await sleep(0);
              check();
            };
            const encode = statesOf(states);
            return writeAnswers(model, planned, { encode, emit: timed(emit, laps), pause });
          });
        },
        { signal, holdOpen },
      ),
    ready: async () => {
      await Promise.all([encoder.ready(), readyWith(shared, holdOpen)]);
    },
    model: () => pair.describe(),
  };
}
