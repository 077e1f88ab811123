import type { Answer } from "./contract/answers.ts";
import { Problem } from "./contract/problems.ts";
import type { ImageInput, Service, TaskRequest } from "./contract/service.ts";
import { parse } from "./florence/parse.ts";
import { promptFor } from "./florence/prompt.ts";
import { locationLogprobs } from "./florence/score.ts";
import { isTaskName, type TaskName } from "./florence/tasks.ts";
import { type Image, imageFromBytes, imageFromText, type ImageLimits } from "./image/intake.ts";
import type { Backend, Generation, ModelDescription } from "./inference/backend.ts";
import { render } from "./render.ts";

/**
 * The whole flow on one screen: the image is taken in, the prompt built, the model asked, what it wrote parsed and drawn
 * in the caller's coordinates. Where the model runs is the backend's business.
 */
export function createService(backend: Backend, limits: ImageLimits): Service {
  return {
    answer: async (request, signal): Promise<Answer> => {
      const task = taskNamed(request.task);
      const image = await take(request.image, limits);
      const prompt = promptOf(task, request, image);
      const decoding = { maxNewTokens: request.options.max_new_tokens };
      const generation = await generate(backend, { image, prompts: [prompt], decoding }, signal);
      const model = await backend.model();
      const parsed = parse(generation.text, task, image);
      const { tokenIds, tokenLogprobs } = generation;
      const logprobs = locationLogprobs(tokenIds, tokenLogprobs, model.firstLocationId);
      return render(parsed, { task, source: image, generation, model, logprobs });
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

function promptOf(task: TaskName, { options }: TaskRequest, image: Image): string {
  const { text, labels, region, normalized_region: normalizedRegion } = options;
  const result = promptFor(task, { text, labels, region, normalizedRegion }, image);
  if (result.ok) return result.prompt;
  throw new Problem(result.refusal, `${task} on an image of ${image.width} x ${image.height} pixels.`);
}

async function generate(
  backend: Backend,
  request: Parameters<Backend["generate"]>[0],
  signal: AbortSignal,
): Promise<Generation> {
  for await (const event of backend.generate(request, signal)) if (event.type === "done") return event.generation;
  throw new Error("The backend ended without a generation.");
}

function served({ id, revision, dtype, imageSize }: ModelDescription) {
  return { id, revision, dtype, image_size: imageSize };
}
