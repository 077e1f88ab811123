import { answerBatch } from "./batch.ts";
import { Problem } from "../contract/problems.ts";
import type { Service } from "../contract/service.ts";
import { type TaskOutcome, findForTasks } from "./find-for-tasks.ts";
import { formatted } from "../forms/format-answer.ts";
import type { FindGenerations } from "../generations/request.ts";
import type { AbsentImage, Backend, EncodedImage, ModelDescription } from "../inference/backend.ts";
import { prepare, prepareItem, type Prepared } from "./prepare.ts";
import { parseAnswer, renderForm } from "./parse-answer.ts";
import { createStageTimer } from "../contract/stage-timer.ts";
import { createAnswerStream } from "./stream-answer.ts";
import type { ImageIntake } from "../intake/read-image.ts";
import { withImage } from "../intake/with-image.ts";

/** What the flow is made of. */
export interface ServiceOptions extends ImageIntake {
  readonly backend: Backend;
  /** From the cache, or from the backend. */
  readonly find: FindGenerations;
  readonly now: () => number;
  /** Images of a batch that are worked on at the same time; one by one where it is left out, as an isolate that decodes them must. */
  readonly imageConcurrency?: number;
}

function drawOutcome(prepared: Prepared, image: EncodedImage | AbsentImage, outcome: TaskOutcome | undefined) {
  if (outcome === undefined) throw new Error(`Nothing became of ${prepared.task}.`);
  return outcome instanceof Problem ? outcome : renderForm(prepared, { image, ...outcome });
}

function answering({ find, now, ...intake }: ServiceOptions): Service["answer"] {
  return ({ task, image: sent, options }, call) => {
    const stages = createStageTimer(now);
    return withImage({ image: sent, call, stages }, { ...intake, now }, async (image) => {
      const prepared = prepare(task, options, image);
      const { cache, ...found } = await stages.measured(find({ image, ...prepared }, call));
      const answer = await stages.time("parse", async () => renderForm(prepared, { image, ...found }));
      return { answer, cache, timings: stages.timings() };
    });
  };
}

function streaming({ find, now, ...intake }: ServiceOptions): Service["stream"] {
  return async ({ task, image: sent, options }, call, emit) => {
    const stages = createStageTimer(now);
    const { parts, cache } = await withImage({ image: sent, call, stages }, { ...intake, now }, async (image) => {
      const prepared = prepare(task, options, image);
      const teller = createAnswerStream(prepared, image);
      const found = await find({ image, ...prepared }, call, (event, begun) => {
        for (const part of teller.push(event, begun.model)) emit(part, begun.cache);
      });
      const answer = formatted(parseAnswer(prepared, { image, ...found }), options);
      return { parts: teller.finish(answer), cache: found.cache };
    });
    for (const part of parts) emit(part, cache);
  };
}

function analyzing({ find, now, ...intake }: ServiceOptions): Service["analyze"] {
  return ({ image: sent, items }, call) => {
    const stages = createStageTimer(now);
    return withImage({ image: sent, call, stages }, { ...intake, now }, async (image) => {
      const prepared = items.map((item) => prepareItem(item, image));
      const asks = prepared.flatMap((each) => (each instanceof Problem ? [] : [each]));
      const { outcomes, cache } = await stages.measured(findForTasks(find, { image, asks }, call));
      const found = new Map(asks.map((ask, at) => [ask, outcomes[at]]));
      const results = await stages.time("parse", async () =>
        prepared.map((each) => (each instanceof Problem ? each : drawOutcome(each, image, found.get(each)))),
      );
      return { results, cache, timings: stages.timings() };
    });
  };
}

/**
 * The whole flow on one screen: the image is taken in, the prompt built, the model asked unless the cache knows, what it wrote parsed
 * and drawn. Where the model runs is the backend's business.
 */
export function createService(options: ServiceOptions): Service {
  const { backend, imageConcurrency = 1 } = options;
  const analyze = analyzing(options);
  return {
    answer: answering(options),
    stream: streaming(options),
    analyze,
    batch: (request, call) => answerBatch(request, (group) => analyze(group, call), imageConcurrency),
    ready: () => backend.ready(),
    model: async () => served(await backend.model()),
  };
}

/** A service that can do nothing, and says why to whoever asks. */
export function refusingService(problem: Problem): Service {
  const refuse = () => Promise.reject(problem);
  return { answer: refuse, stream: refuse, analyze: refuse, batch: refuse, ready: refuse, model: refuse };
}

function served({ id, revision, dtype, imageSize }: ModelDescription) {
  return { id, revision, dtype, image_size: imageSize };
}
