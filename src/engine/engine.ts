import type { Decoding, GenerationEvent } from "../inference/backend.ts";
import { createTokenEmitter } from "../decoding/detokenizer.ts";
import type { Encoder, Graphs } from "../runtime/florence2.ts";
import { encodeText, createSearch, toGeneration } from "../decoding/generate.ts";
import type { Model } from "../runtime/load-model.ts";
import { rulesFor } from "../decoding/search.ts";
import type { Tensor } from "../runtime/session.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";
import { createBatcher } from "./batcher.ts";
import { cancelled } from "./cancelled.ts";
import { createDecoderLoop, type DecoderLoop, type LoopGroup } from "./decoder-loop.ts";
import { createDevice, type Device } from "./device.ts";
import { createFeatureStore, type FeatureStore, type FeatureStoreOptions, type Picture } from "./feature-store.ts";

type Tensors = Readonly<Record<string, Tensor>>;

/** Prompts on one picture. */
export interface EncodeJob extends Picture {
  readonly prompts: readonly string[];
}

/** Prompts on one picture, to be answered. */
export interface GenerateJob extends EncodeJob {
  readonly decoding: Decoding;
  /** Whether `token` events are wanted: each costs its decoding, and across threads a message. */
  readonly stream?: boolean | undefined;
}

/** Milliseconds: waiting for the first graph, until all prompts are encoded, until all answers are written. */
export interface StageTimes {
  readonly queue: number;
  readonly encode: number;
  readonly decode: number;
}

/** What a decoder elsewhere needs. */
export interface EncodedJob {
  /** `[1, sequence, width]` for each prompt. */
  readonly states: readonly Float32Tensor[];
  /** Tokens of each prompt alone. */
  readonly promptTokens: readonly number[];
  readonly times: StageTimes;
}

/** How much is done at once. */
export interface EngineLimits {
  /** Pictures in one vision pass, and prompts in one encoder pass. */
  readonly maxBatch: number;
  /** Milliseconds that a batch which is not full waits for company. */
  readonly windowMs: number;
  /** Sequences decoded at once, beams counted. */
  readonly maxRows: number;
  /** For the features of pictures that were seen before. */
  readonly featureBytes: number;
}

/** What an engine needs of the createManualClock. */
export interface EngineDependencies extends Pick<FeatureStoreOptions, "onChange"> {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** How busy an engine is. */
export interface EngineLoad {
  readonly waiting: number;
  readonly running: number;
  readonly cachedPictures: number;
  readonly cachedBytes: number;
}

/**
 * One model for many requests at once: their pictures and prompts are encoded in batches, and their answers written in one. Rejects with
 * `Problem`, `request-cancelled` among them when `signal` is aborted, and with `UnknownDigestError`.
 */
export interface Engine {
  generate(job: GenerateJob, emit: (event: GenerationEvent) => void, signal: AbortSignal): Promise<StageTimes>;
  encode(job: EncodeJob, signal: AbortSignal): Promise<EncodedJob>;
  /** Runs one graph as it is. Rejects with what ONNX Runtime throws. */
  run(graph: keyof Graphs, inputs: Tensors, outputs: readonly string[], signal: AbortSignal): Promise<Tensors>;
  load(): EngineLoad;
}

/** A prompt that waits for its encoder pass. */
interface PromptItem {
  readonly features: Float32Tensor;
  readonly ids: readonly number[];
  readonly signal: AbortSignal;
}

function createPromptBatcher(encoder: Encoder, device: Device, limits: EngineLimits, window: () => Promise<void>) {
  return createBatcher<PromptItem, Float32Tensor>({
    device,
    run: (items) => encoder.encodePrompts(items),
    // Only equally long ones: padding would round differently, and save nothing.
    keyOf: ({ ids }) => ids.length,
    isAbandoned: ({ signal }) => signal.aborted,
    maxItems: limits.maxBatch,
    window,
  });
}

/** When the stages of a job began and ended. */
function createStopwatch(now: () => number) {
  const asked = now();
  let begun: number | undefined;
  let encoded: number | undefined;
  return {
    begin: () => void (begun ??= now()),
    finishEncoding: () => void (encoded = now()),
    times: (): StageTimes => {
      const [end, start] = [now(), begun ?? asked];
      return { queue: start - asked, encode: (encoded ?? end) - start, decode: end - (encoded ?? end) };
    },
  };
}

type Stopwatch = ReturnType<typeof createStopwatch>;

/** The stages that a job goes through. */
interface Stages {
  readonly model: Model;
  readonly now: () => number;
  readonly features: FeatureStore;
  readonly prompts: ReturnType<typeof createPromptBatcher>;
  readonly loop: DecoderLoop;
}

/** A job's prompts, encoded; `ids` are theirs. */
async function encodeJob({ model, features, prompts }: Stages, job: EncodeJob, signal: AbortSignal, watch: Stopwatch) {
  const ids = job.prompts.map((text) => encodeText(model, text));
  const seen = await features.of(job, signal, watch.begin);
  watch.begin();
  const states = await Promise.all(ids.map((each) => prompts.submit({ features: seen, ids: each, signal })));
  watch.finishEncoding();
  return { ids, states };
}

/** Writes one answer in the loop. */
function write(loop: DecoderLoop, encoded: Float32Tensor, group: Omit<LoopGroup, "onFailed">): Promise<void> {
  return new Promise<void>((resolve, onFailed) => {
    const onFinished: LoopGroup["onFinished"] = (written) => {
      group.onFinished(written);
      resolve();
    };
    loop.add(encoded, { ...group, onFailed, onFinished });
  });
}

function generating(stages: Stages): Engine["generate"] {
  const { model, now, loop } = stages;
  return async (job, emit, signal) => {
    const watch = createStopwatch(now);
    const rules = rulesFor(model.config, job.decoding);
    const start = createSearch(rules);
    const { ids, states } = await encodeJob(stages, job, signal, watch);
    const written = states.map((encoded, prompt) =>
      write(loop, encoded, {
        start,
        maxRows: rules.beams,
        isAbandoned: () => signal.aborted,
        onToken: job.stream === true ? createTokenEmitter(model.tokenizer, prompt, emit) : () => {},
        onFinished: (answer) =>
          emit({ type: "done", prompt, generation: toGeneration(model, answer, ids[prompt]?.length ?? 0) }),
      }),
    );
    await Promise.all(written);
    return watch.times();
  };
}

function encoding(stages: Stages): Engine["encode"] {
  return async (job, signal) => {
    const watch = createStopwatch(stages.now);
    const { ids, states } = await encodeJob(stages, job, signal, watch);
    return { states, promptTokens: ids.map(({ length }) => length), times: watch.times() };
  };
}

/** Puts an engine around a loaded model. */
export function createEngine(model: Model, limits: EngineLimits, { now, sleep, onChange }: EngineDependencies): Engine {
  const { florence, graphs } = model;
  const device = createDevice();
  const window = () => (limits.windowMs > 0 ? sleep(limits.windowMs) : Promise.resolve());
  const features = createFeatureStore({ encoder: florence, device, window, onChange, ...limits });
  const prompts = createPromptBatcher(florence, device, limits, window);
  const loop = createDecoderLoop({ decoder: florence, device, maxRows: limits.maxRows });
  const stages: Stages = { model, now, features, prompts, loop };
  return {
    generate: generating(stages),
    encode: encoding(stages),
    run: (graph, inputs, outputs, signal) =>
      device.exclusive(async () => {
        if (signal.aborted) throw cancelled();
        return graphs[graph].run(inputs, outputs);
      }),
    load: () => ({ ...loop.groups(), ...features.cached() }),
  };
}
