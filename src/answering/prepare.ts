import { Problem } from "../contract/problems.ts";
import type { TaskOptions } from "../contract/requests.ts";
import type { AnalyzeItem } from "../contract/service.ts";
import { promptFor } from "../florence/prompt.ts";
import { isTaskName, type TaskName } from "../florence/tasks.ts";
import type { TaskPrompts } from "./find-for-tasks.ts";
import type { AbsentImage, EncodedImage } from "../inference/backend.ts";

/** One task on an image, ready to be asked. */
export interface Prepared extends TaskPrompts {
  readonly task: TaskName;
  /** One for each of `prompts`. */
  readonly promptOptions: readonly TaskOptions[];
  readonly options: TaskOptions;
}

function taskNamed(name: string): TaskName {
  if (isTaskName(name)) return name;
  throw new Problem("unknown-task", `There is no task named ${JSON.stringify(name)}.`);
}

/** What the model is asked: one thing, or one for each of several `labels`, all on one look at the image. */
function promptOptionsOf({ labels, ...options }: TaskOptions): readonly TaskOptions[] {
  return labels === undefined ? [options] : labels.map((text) => ({ ...options, text }));
}

function promptOf(task: TaskName, question: TaskOptions, image: EncodedImage | AbsentImage): string {
  const { text, region, normalized_region: normalizedRegion } = question;
  const result = promptFor(task, { text, region, normalizedRegion }, image);
  if (result.ok) return result.prompt;
  const sent = JSON.stringify(region ?? normalizedRegion ?? {});
  throw new Problem(
    result.refusal,
    `The image has ${image.width} x ${image.height} pixels; ${task} was asked for ${sent}.`,
  );
}

/** A task's prompts on this image. Throws `Problem` where there is no such task, or its region is not in the image. */
export function prepare(name: string, options: TaskOptions, image: EncodedImage | AbsentImage): Prepared {
  const task = taskNamed(name);
  const promptOptions = promptOptionsOf(options);
  const prompts = promptOptions.map((question) => promptOf(task, question, image));
  return {
    task,
    promptOptions,
    options,
    prompts,
    decoding: { maxNewTokens: options.max_new_tokens, beams: options.beams },
  };
}

/** One of several tasks; what is wrong with it concerns no other. */
export function prepareItem(item: AnalyzeItem, image: EncodedImage | AbsentImage): Prepared | Problem {
  if ("problem" in item) return item.problem;
  try {
    return prepare(item.task, item.options, image);
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown;
    throw thrown;
  }
}
