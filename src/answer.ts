import type { Answer } from "./contract/answers.ts";
import { Problem } from "./contract/problems.ts";
import type { TaskOptions } from "./contract/requests.ts";
import type { ImageInput, Service } from "./contract/service.ts";
import { parse } from "./florence/parse.ts";
import { promptFor } from "./florence/prompt.ts";
import { locationLogprobs } from "./florence/score.ts";
import { isTaskName, type TaskName, tasks } from "./florence/tasks.ts";
import { type Image, imageFromBytes, imageFromText, type ImageLimits } from "./image/intake.ts";
import type { Backend, GenerateRequest, Generation, ModelDescription } from "./inference/backend.ts";
import { joinAnswers, render } from "./render.ts";

/**
 * The whole flow on one screen: the image is taken in, the prompt built, the model asked, what it wrote parsed and drawn
 * in the caller's coordinates. Where the model runs is the backend's business.
 */
export function createService(backend: Backend, limits: ImageLimits): Service {
  return {
    answer: async (request, signal, trace): Promise<Answer> => {
      const task = taskNamed(request.task);
      const image = await take(request.image, limits);
      const questions = questionsOf(request.options);
      const prompts = questions.map((question) => promptOf(task, question, image));
      const decoding = { maxNewTokens: request.options.max_new_tokens, beams: request.options.beams };
      const generations = await generate(backend, { image, prompts, decoding, trace }, signal);
      const model = await backend.model();
      const answers = generations.map((generation, index) => {
        const parsed = parse(generation.text, task, image);
        const { tokenIds, tokenLogprobs } = generation;
        const logprobs = locationLogprobs(tokenIds, tokenLogprobs, model.firstLocationId);
        const asked = tasks[task].input === "labels" ? questions[index]?.text : undefined;
        return render(parsed, { task, source: image, generation, model, logprobs, asked });
      });
      return joinAnswers(answers);
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

/** The finished generations in the order of the prompts. */
async function generate(
  backend: Backend,
  request: GenerateRequest,
  signal: AbortSignal,
): Promise<readonly Generation[]> {
  const finished = new Map<number, Generation>();
  for await (const event of backend.generate(request, signal)) {
    if (event.type === "done") finished.set(event.prompt, event.generation);
  }
  return request.prompts.map((_, prompt) => {
    const generation = finished.get(prompt);
    if (generation === undefined) throw new Error(`The backend ended without a generation for prompt ${prompt}.`);
    return generation;
  });
}

function served({ id, revision, dtype, imageSize }: ModelDescription) {
  return { id, revision, dtype, image_size: imageSize };
}
