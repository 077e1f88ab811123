import { Problem } from "../contract/problems.ts";
import type { TaskOptions } from "../contract/requests.ts";
import type { AnalyzeItem } from "../contract/service.ts";
import { promptFor } from "../florence/prompt.ts";
import { isTaskName, type TaskName } from "../florence/tasks.ts";
import type { TaskPrompts } from "./find-for-tasks.ts";
import { type AbsentImage, type EncodedImage, requireImage } from "../inference/backend.ts";

/** One task on an image, with the prompts for the model. */
export interface Prepared extends TaskPrompts {
  readonly task: TaskName;
  /** The options of each of `prompts`; with several `labels`, each has one label as its `text`. */
  readonly promptOptions: readonly TaskOptions[];
  readonly options: TaskOptions;
}

function taskNamed(name: string): TaskName {
  if (isTaskName(name)) return name;
  throw new Problem("unknown-task", `There is no task named ${JSON.stringify(name)}.`);
}

/** The options of one prompt, or of one prompt for each of several `labels`; all prompts share one vision pass. */
function promptOptionsOf({ labels, ...options }: TaskOptions): readonly TaskOptions[] {
  return labels === undefined ? [options] : labels.map((text) => ({ ...options, text }));
}

function promptOf(task: TaskName, options: TaskOptions, image: EncodedImage | AbsentImage): string {
  const { text, region, normalized_region: normalizedRegion } = options;
  const result = promptFor(task, { text, region, normalizedRegion }, image);
  if (result.ok) return result.prompt;
  // The size is the one that the URL's image had when it was last asked for: whether the region is outside, the image that is there now decides.
  if (result.refusal === "region-outside-image") requireImage(image);
  const sent = JSON.stringify(region ?? normalizedRegion ?? {});
  throw new Problem(
    result.refusal,
    `The image has ${image.width} x ${image.height} pixels; ${task} was asked for ${sent}.`,
  );
}

/**
 * Builds a task's prompts for an image. Throws `Problem` if the task is unknown, an input is missing or the region is not inside the image; throws
 * `ImageNeeded` instead of the last if only the image's cached size is known.
 */
export function prepare(name: string, options: TaskOptions, image: EncodedImage | AbsentImage): Prepared {
  const task = taskNamed(name);
  const promptOptions = promptOptionsOf(options);
  const prompts = promptOptions.map((each) => promptOf(task, each, image));
  return {
    task,
    promptOptions,
    options,
    prompts,
    decoding: { maxNewTokens: options.max_new_tokens, beams: options.beams },
  };
}

/** `prepare` for one of several tasks. Returns its problem instead of throwing it, since it concerns no other task. */
export function prepareItem(item: AnalyzeItem, image: EncodedImage | AbsentImage): Prepared | Problem {
  if ("problem" in item) return item.problem;
  try {
    return prepare(item.task, item.options, image);
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown;
    throw thrown;
  }
}
