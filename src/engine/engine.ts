import type { Decoding, GenerationEvent } from "../inference/backend.ts";
import { createTokenEmitter } from "../decoding/detokenizer.ts";
import type { Graphs } from "../runtime/florence2.ts";
import { encodeText, createSearch, toGeneration } from "../decoding/generate.ts";
import type { Model } from "../runtime/load-model.ts";
import type { GenerationSettings } from "../decoding/logits.ts";
import { generationSettings } from "../decoding/search.ts";
import type { Tensor } from "../runtime/session.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";
import { cancelled } from "./cancelled.ts";
import { createDecoderLoop, type DecoderLoop } from "./decoder-loop.ts";
import { createDevice } from "./device.ts";
import { type Callers, createCallers } from "./lanes.ts";
import type { LoopGroup } from "./loop-state.ts";
import { createPromptBatcher } from "./prompt-batcher.ts";
import { createStopwatch, type StageTimes, type Stopwatch } from "./stopwatch.ts";
import { createFeatureCache, type FeatureCache, type FeatureCacheOptions, type EngineImage } from "./feature-cache.ts";

type Tensors = Readonly<Record<string, Tensor>>;

/** Prompts about one image, to be encoded. */
export interface EncodeJob extends EngineImage {
  readonly prompts: readonly string[];
  /** Opaque id of whoever asks; jobs without one count as one caller's. */
  readonly caller?: string | undefined;
}

/** Prompts about one image, to generate text for. */
export interface GenerateJob extends EncodeJob {
  readonly decoding: Decoding;
  /** Whether to emit `token` events: each costs its decoding and, across threads, a message. */
  readonly stream?: boolean | undefined;
}

/** The encoder output that a decoder in another process needs. */
export interface EncodedJob {
  /** `[1, sequence, width]` for each prompt. */
  readonly states: readonly Float32Tensor[];
  /** Number of tokens of each prompt, without the visual tokens. */
  readonly promptTokens: readonly number[];
  readonly times: StageTimes;
}

/** Batch sizes and budgets of an engine. */
export interface EngineLimits {
  /** Maximum images in one vision pass, and prompts in one encoder pass. */
  readonly maxBatch: number;
  /** Milliseconds that a batch which is not full waits for further items. */
  readonly windowMs: number;
  /** Maximum sequences in one decoder step; each beam counts. */
  readonly maxRows: number;
  /** Budget of the feature cache, in bytes. */
  readonly featureBytes: number;
}

/** Clock and callbacks of an engine. */
export interface EngineDependencies extends Pick<FeatureCacheOptions, "onChange"> {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Current load of an engine: waiting and running sequence groups, and the size of the feature cache. */
export interface EngineLoad {
  readonly waiting: number;
  readonly running: number;
  readonly cachedImages: number;
  readonly cachedBytes: number;
}

/**
 * One model that serves many concurrent requests: it batches their images, their prompts and their decoder steps. Methods reject with
 * `Problem` (`request-cancelled` once `signal` is aborted) and with `UnknownDigestError`.
 */
export interface Engine {
  generate(job: GenerateJob, emit: (event: GenerationEvent) => void, signal: AbortSignal): Promise<StageTimes>;
  encode(job: EncodeJob, signal: AbortSignal): Promise<EncodedJob>;
  /** Runs one graph directly. Rejects with the error that ONNX Runtime throws. */
  run(graph: keyof Graphs, inputs: Tensors, outputs: readonly string[], signal: AbortSignal): Promise<Tensors>;
  load(): EngineLoad;
}

/** The stages of a job and their shared dependencies. */
interface Stages {
  readonly model: Model;
  readonly now: () => number;
  readonly callers: Callers;
  readonly features: FeatureCache;
  readonly prompts: ReturnType<typeof createPromptBatcher>;
  readonly loop: DecoderLoop;
}

/** Tokenizes and encodes the prompts of a job. Resolves with the token ids and the encoder states of each prompt. */
async function encodeJob({ model, features, prompts }: Stages, job: EncodeJob, signal: AbortSignal, watch: Stopwatch) {
  const ids = job.prompts.map((text) => encodeText(model, text));
  const { caller = "" } = job;
  const imageFeatures = await features.get(job, { caller, signal, begin: watch.begin });
  watch.begin();
  const states = await Promise.all(
    ids.map((each) => prompts.submit({ features: imageFeatures, ids: each, caller, signal })),
  );
  watch.finishEncoding();
  return { ids, states };
}

/** Runs one sequence group in the loop; resolves when its generation is finished. */
function runGroup(loop: DecoderLoop, encoded: Float32Tensor, group: Omit<LoopGroup, "onFailed">): Promise<void> {
  return new Promise<void>((resolve, onFailed) => {
    const onFinished: LoopGroup["onFinished"] = (result) => {
      group.onFinished(result);
      resolve();
    };
    loop.add(encoded, { ...group, onFailed, onFinished });
  });
}

type GenerateOptions = Parameters<Engine["generate"]>;

/** Encodes and decodes a job by these settings, with all its prompts at once. */
async function generateJob(
  stages: Stages,
  rules: GenerationSettings,
  [job, emit, signal]: GenerateOptions,
): Promise<StageTimes> {
  const { model, now, loop } = stages;
  const watch = createStopwatch(now);
  const start = createSearch(rules);
  const { ids, states } = await encodeJob(stages, job, signal, watch);
  const generations = states.map((encoded, prompt) =>
    runGroup(loop, encoded, {
      start,
      caller: job.caller ?? "",
      maxRows: rules.beams,
      units: rules.beams * states.length,
      isAbandoned: () => signal.aborted,
      onToken: job.stream === true ? createTokenEmitter(model.tokenizer, prompt, emit) : () => {},
      onFinished: (result) =>
        emit({ type: "done", prompt, generation: toGeneration(model, result, ids[prompt]?.length ?? 0) }),
    }),
  );
  await Promise.all(generations);
  return watch.times();
}

function createGenerate(stages: Stages): Engine["generate"] {
  return async (job, ...rest) => {
    const rules = generationSettings(stages.model.config, job.decoding);
    const rows = rules.beams * job.prompts.length;
    return stages.callers.during(job.caller ?? "", rows, () => generateJob(stages, rules, [job, ...rest]));
  };
}

function createEncode(stages: Stages): Engine["encode"] {
  return (job, signal) =>
    stages.callers.during(job.caller ?? "", job.prompts.length, async () => {
      const watch = createStopwatch(stages.now);
      const { ids, states } = await encodeJob(stages, job, signal, watch);
      return { states, promptTokens: ids.map(({ length }) => length), times: watch.times() };
    });
}

/** Share of `maxRows` with which a caller still has little work: four callers of that kind fill a step. */
const LIGHT_SHARE = 1 / 4;

/** Creates an engine for a loaded model. */
export function createEngine(model: Model, limits: EngineLimits, { now, sleep, onChange }: EngineDependencies): Engine {
  const { florence, graphs } = model;
  const callers = createCallers(Math.ceil(limits.maxRows * LIGHT_SHARE));
  const device = createDevice(now, callers.countIn);
  const window = () => (limits.windowMs > 0 ? sleep(limits.windowMs) : Promise.resolve());
  const features = createFeatureCache({ encoder: florence, device, callers, window, onChange, ...limits });
  const prompts = createPromptBatcher(florence, { device, callers, window, maxItems: limits.maxBatch });
  const loop = createDecoderLoop({ decoder: florence, device, callers, maxRows: limits.maxRows });
  const stages: Stages = { model, now, callers, features, prompts, loop };
  return {
    generate: createGenerate(stages),
    encode: createEncode(stages),
    run: (graph, inputs, outputs, signal) =>
      device.exclusive({ lane: "light", stage: "graph" }, async () => {
        if (signal.aborted) throw cancelled();
        return graphs[graph].run(inputs, outputs);
      }),
    load: () => ({ ...loop.groups(), ...features.cached() }),
  };
}
