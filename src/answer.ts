import type { Answer } from "./contract/answers.ts";
import { Problem } from "./contract/problems.ts";
import type { TaskOptions } from "./contract/requests.ts";
import type { CallContext, ImageInput, Service } from "./contract/service.ts";
import { parse } from "./florence/parse.ts";
import { promptFor } from "./florence/prompt.ts";
import { locationLogprobs } from "./florence/score.ts";
import { isTaskName, type TaskName, tasks } from "./florence/tasks.ts";
import type { FindGenerations } from "./generations.ts";
import { type Image, imageFromBytes, imageFromText, type ImageLimits } from "./image/intake.ts";
import type { Backend, Generation, ModelDescription } from "./inference/backend.ts";
import { joinAnswers, render } from "./render.ts";
import { createStages } from "./stages.ts";

/** What the flow is made of. */
export interface ServiceOptions {
  readonly backend: Backend;
  /** From the cache, or from the backend. */
  readonly find: FindGenerations;
  readonly limits: ImageLimits;
  readonly now: () => number;
}

/** One task on an image, ready to be asked. */
interface Prepared {
  readonly task: TaskName;
  readonly questions: readonly TaskOptions[];
  readonly prompts: readonly string[];
}

function prepare(name: string, options: TaskOptions, image: Image): Prepared {
  const task = taskNamed(name);
  const questions = questionsOf(options);
  return { task, questions, prompts: questions.map((question) => promptOf(task, question, image)) };
}

/** What the model wrote, parsed and drawn in the caller's coordinates. */
function draw(
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

/**
 * The whole flow on one screen: the image is taken in, the prompt built, the model asked unless the cache knows, what it wrote parsed
 * and drawn. Where the model runs is the backend's business.
 */
export function createService({ backend, find, limits, now }: ServiceOptions): Service {
  return {
    answer: async ({ task, image: sent, options }, call: CallContext) => {
      const stages = createStages(now);
      const image = await stages.time("intake", () => take(sent, limits));
      const prepared = prepare(task, options, image);
      const decoding = { maxNewTokens: options.max_new_tokens, beams: options.beams };
      const question = { image, prompts: prepared.prompts, decoding };
      const { cache, ...found } = await stages.time("generate", () => find(question, call));
      const answer = await stages.time("parse", async () => draw(prepared, { image, ...found }));
      return { answer, cache, timings: stages.timings() };
    },
    ready: () => backend.ready(),
    model: async () => served(await backend.model()),
  };
}

/** A service that can do nothing, and says why to whoever asks. */
export function refusingService(problem: Problem): Service {
  const refuse = () => Promise.reject(problem);
  return { answer: refuse, ready: refuse, model: refuse };
}

function taskNamed(name: string): TaskName {
  if (isTaskName(name)) return name;
  throw new Problem("unknown-task", `There is no task named ${JSON.stringify(name)}.`);
}

function take(image: ImageInput, limits: ImageLimits): Promise<Image> {
  return image.kind === "bytes" ? imageFromBytes(image.bytes, limits) : imageFromText(image.text, limits);
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
