import { answerBatch } from "./batch.ts";
import { Problem } from "../contract/problems.ts";
import type { CallContext, Service } from "../contract/service.ts";
import { type Timeout, withDeadline } from "./deadline.ts";
import { type TaskOutcome, findForTasks } from "./find-for-tasks.ts";
import { formatted } from "../forms/format-answer.ts";
import { type RenderPng, requirePng } from "../forms/png-drawing.ts";
import type { FindGenerations } from "../generations/request.ts";
import { createKnownAnswers } from "./known-answers.ts";
import { limitFetches } from "../image/limit-fetches.ts";
import type { AbsentImage, Backend, EncodedImage, ModelDescription } from "../inference/backend.ts";
import { prepare, prepareItem, type Prepared } from "./prepare.ts";
import { parseAnswer, renderForm } from "./parse-answer.ts";
import { createStageTimer } from "../contract/stage-timer.ts";
import { createAnswerStream } from "./stream-answer.ts";
import type { ImageIntake } from "../intake/read-image.ts";
import { withImage } from "../intake/with-image.ts";

/** Dependencies of the service. */
export interface ServiceOptions extends ImageIntake {
  readonly backend: Backend;
  /** Looks generations up in the cache, and generates the misses. */
  readonly find: FindGenerations;
  readonly now: () => number;
  /** Creates a signal that is aborted after the given time, as `AbortSignal.timeout` does; without it, requests have no deadline. */
  readonly timeout?: Timeout | undefined;
  /** Draws PNGs; without it, they are refused. */
  readonly renderPng?: RenderPng | undefined;
  /** Images of a batch that are processed concurrently. Default 1, as required in an isolate that decodes them. */
  readonly imageConcurrency?: number;
}

function renderOutcome(prepared: Prepared, image: EncodedImage | AbsentImage, outcome: TaskOutcome | undefined) {
  if (outcome === undefined) throw new Error(`There is no outcome for ${prepared.task}.`);
  return outcome instanceof Problem ? outcome : renderForm(prepared, { image, ...outcome });
}

function requestOf({ task, prompts, decoding }: Prepared) {
  return { prompts, tasks: prompts.map(() => task), decoding };
}

function createAnswer({ find, now, renderPng, ...intake }: ServiceOptions): Service["answer"] {
  const known = createKnownAnswers();
  const intakeOptions = { ...intake, now };
  return async (request, call) => {
    const { image: sent, options } = request;
    // Before the image is read and the model is asked in vain.
    if (options.overlay === "png") requirePng(renderPng);
    const stages = createStageTimer(now);
    return withImage({ image: sent, call, stages }, intakeOptions, async (image) => {
      const prepared = known.prepared(request, image);
      const { prompts, tasks, decoding, isRemembered } = prepared;
      const { cache, ...result } = await stages.measured(find({ image, prompts, tasks, decoding, isRemembered }, call));
      const rendered = { image, generations: result.generations, model: result.model };
      const answer = await stages.time("parse", async () => known.rendered(request, prepared, rendered, renderPng));
      return { answer, cache, timings: stages.timings() };
    });
  };
}

function createStream({ find, now, ...intake }: ServiceOptions): Service["stream"] {
  return async ({ task, image: sent, options }, call, emit) => {
    const stages = createStageTimer(now);
    const { parts, cache } = await withImage({ image: sent, call, stages }, { ...intake, now }, async (image) => {
      const prepared = prepare(task, options, image);
      const answerStream = createAnswerStream(prepared, image);
      const result = await find({ image, ...requestOf(prepared) }, call, (event, context) => {
        for (const part of answerStream.push(event, context.model)) emit(part, context.cache);
      });
      const answer = formatted(parseAnswer(prepared, { image, ...result }), options);
      return { parts: answerStream.finish(answer), cache: result.cache };
    });
    for (const part of parts) emit(part, cache);
  };
}

function createAnalyze({ find, now, ...intake }: ServiceOptions): Service["analyze"] {
  return ({ image: sent, items }, call) => {
    const stages = createStageTimer(now);
    return withImage({ image: sent, call, stages }, { ...intake, now }, async (image) => {
      const prepared = items.map((item) => prepareItem(item, image));
      const tasks = prepared.flatMap((each) => (each instanceof Problem ? [] : [each]));
      const { outcomes, cache } = await stages.measured(findForTasks(find, { image, tasks }, call));
      const outcomeByTask = new Map(tasks.map((task, index) => [task, outcomes[index]]));
      const results = await stages.time("parse", async () =>
        prepared.map((each) => (each instanceof Problem ? each : renderOutcome(each, image, outcomeByTask.get(each)))),
      );
      return { results, cache, timings: stages.timings() };
    });
  };
}

/**
 * The whole flow: reads the image, builds the prompts, looks their generations up in the cache or generates them, parses them and renders
 * the answer. The backend decides where the model runs.
 */
export function createService(options: ServiceOptions): Service {
  const { backend, fetchImage, timeout, imageConcurrency = 1 } = options;
  const analyze = createAnalyze(options);
  const timed = (call: CallContext): CallContext => withDeadline(call, timeout);
  return {
    answer: createAnswer(options),
    stream: createStream(options),
    analyze: async (request, call) => analyze(request, timed(call)),
    batch: async (request, call) => {
      const limited = fetchImage === undefined ? undefined : limitFetches(fetchImage);
      const group = { analyze: createAnalyze({ ...options, fetchImage: limited }), concurrency: imageConcurrency };
      return answerBatch(request, timed(call), group);
    },
    ready: () => backend.ready(),
    model: async () => servedModel(await backend.model()),
  };
}

/** A service that rejects every call with `problem`. */
export function refusingService(problem: Problem): Service {
  const refuse = () => Promise.reject(problem);
  return { answer: refuse, stream: refuse, analyze: refuse, batch: refuse, ready: refuse, model: refuse };
}

function servedModel({ id, revision, dtype, domain = "", imageSize }: ModelDescription) {
  return { id, revision, dtype, domain, image_size: imageSize };
}
