import type { Answer } from "./contract/answers.ts";
import { Problem } from "./contract/problems.ts";
import type { TaskOptions } from "./contract/requests.ts";
import type { AnalyzeItem, Service } from "./contract/service.ts";
import { parse } from "./florence/parse.ts";
import { promptFor } from "./florence/prompt.ts";
import { locationLogprobs } from "./florence/score.ts";
import { isTaskName, type TaskName, tasks } from "./florence/tasks.ts";
import { type Ask, type AskOutcome, findTogether } from "./find-together.ts";
import { drawForm } from "./forms/draw.ts";
import type { FindGenerations } from "./generations.ts";
import type { Image } from "./image/intake.ts";
import type { Backend, Generation, ModelDescription } from "./inference/backend.ts";
import { joinAnswers, render } from "./render.ts";
import { createStages } from "./stages.ts";
import { type ImageIntake, takeImage } from "./take-image.ts";

/** What the flow is made of. */
export interface ServiceOptions extends ImageIntake {
  readonly backend: Backend;
  /** From the cache, or from the backend. */
  readonly find: FindGenerations;
  readonly now: () => number;
}

/** One task on an image, ready to be asked. */
interface Prepared extends Ask {
  readonly task: TaskName;
  readonly questions: readonly TaskOptions[];
  readonly options: TaskOptions;
}

function prepare(name: string, options: TaskOptions, image: Image): Prepared {
  const task = taskNamed(name);
  const questions = questionsOf(options);
  const prompts = questions.map((question) => promptOf(task, question, image));
  return {
    task,
    questions,
    options,
    prompts,
    decoding: { maxNewTokens: options.max_new_tokens, beams: options.beams },
  };
}

/** One of several tasks; what is wrong with it concerns no other. */
function prepareItem(item: AnalyzeItem, image: Image): Prepared | Problem {
  if ("problem" in item) return item.problem;
  try {
    return prepare(item.task, item.options, image);
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown;
    throw thrown;
  }
}

function drawOutcome(prepared: Prepared, image: Image, outcome: AskOutcome | undefined) {
  if (outcome === undefined) throw new Error(`Nothing became of ${prepared.task}.`);
  return outcome instanceof Problem ? outcome : draw(prepared, { image, ...outcome });
}

/** What the model wrote, parsed and put in the caller's coordinates. */
function readAnswer(
  { task, questions }: Prepared,
  { image, generations, model }: { image: Image; generations: readonly Generation[]; model: ModelDescription },
): Answer {
  const answers = generations.map((generation, index) => {
    const parsed = parse(generation.text, task, image);
    const { tokenIds, tokenLogprobs } = generation;
    const logprobs = locationLogprobs(tokenIds, tokenLogprobs, model.firstLocationId);
    const asked = tasks[task].input === "labels" ? questions[index]?.text : undefined;
    return render(parsed, { task, source: image, generation, model, logprobs, asked });
  });
  return joinAnswers(answers);
}

/** What the model wrote, in the form that was asked for. */
function draw(
  prepared: Prepared,
  found: { image: Image; generations: readonly Generation[]; model: ModelDescription },
) {
  return drawForm({ ...prepared, ...found, answer: readAnswer(prepared, found) }, prepared.options);
}

/**
 * The whole flow on one screen: the image is taken in, the prompt built, the model asked unless the cache knows, what it wrote parsed
 * and drawn. Where the model runs is the backend's business.
 */
export function createService({ backend, find, now, ...intake }: ServiceOptions): Service {
  return {
    answer: async ({ task, image: sent, options }, call) => {
      const stages = createStages(now);
      const image = await stages.time("intake", () => takeImage(sent, intake, call.signal));
      const prepared = prepare(task, options, image);
      const { cache, ...found } = await stages.time("generate", () => find({ image, ...prepared }, call));
      const answer = await stages.time("parse", async () => draw(prepared, { image, ...found }));
      return { answer, cache, timings: stages.timings() };
    },
    analyze: async ({ image: sent, items }, call) => {
      const stages = createStages(now);
      const image = await stages.time("intake", () => takeImage(sent, intake, call.signal));
      const prepared = items.map((item) => prepareItem(item, image));
      const asks = prepared.flatMap((each) => (each instanceof Problem ? [] : [each]));
      const { outcomes, cache } = await stages.time("generate", () => findTogether(find, { image, asks }, call));
      const found = new Map(asks.map((ask, at) => [ask, outcomes[at]]));
      const results = await stages.time("parse", async () =>
        prepared.map((each) => (each instanceof Problem ? each : drawOutcome(each, image, found.get(each)))),
      );
      return { results, cache, timings: stages.timings() };
    },
    ready: () => backend.ready(),
    model: async () => served(await backend.model()),
  };
}

/** A service that can do nothing, and says why to whoever asks. */
export function refusingService(problem: Problem): Service {
  const refuse = () => Promise.reject(problem);
  return { answer: refuse, analyze: refuse, ready: refuse, model: refuse };
}

function taskNamed(name: string): TaskName {
  if (isTaskName(name)) return name;
  throw new Problem("unknown-task", `There is no task named ${JSON.stringify(name)}.`);
}

/** What the model is asked: one thing, or one for each of several `labels`, all on one look at the image. */
function questionsOf({ labels, ...options }: TaskOptions): readonly TaskOptions[] {
  return labels === undefined ? [options] : labels.map((text) => ({ ...options, text }));
}

function promptOf(task: TaskName, question: TaskOptions, image: Image): string {
  const { text, region, normalized_region: normalizedRegion } = question;
  const result = promptFor(task, { text, region, normalizedRegion }, image);
  if (result.ok) return result.prompt;
  const sent = JSON.stringify(region ?? normalizedRegion ?? {});
  throw new Problem(
    result.refusal,
    `The image has ${image.width} x ${image.height} pixels; ${task} was asked for ${sent}.`,
  );
}

function served({ id, revision, dtype, imageSize }: ModelDescription) {
  return { id, revision, dtype, image_size: imageSize };
}
