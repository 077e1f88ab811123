import { Problem } from "../contract/problems.ts";
import type { TaskOptions } from "../contract/requests.ts";
import { IMAGE_UNITS, MAX_REQUEST_UNITS, promptUnits, TOKENS_PER_UNIT } from "../contract/work-units.ts";

function taskUnits({ labels, beams, max_new_tokens: maxNewTokens }: TaskOptions): number {
  return (labels?.length ?? 1) * promptUnits({ beams, maxNewTokens });
}

/** Returns the units of work of tasks on images, whether or not their answers are cached: known from the request alone. */
export function requestUnits(tasks: readonly TaskOptions[], images: number): number {
  return tasks.reduce((sum, options) => sum + taskUnits(options), images * IMAGE_UNITS);
}

/** Returns the units of a request as `requestUnits` does. Throws `too-much-work` for more than `MAX_REQUEST_UNITS`. */
export function checkedUnits(tasks: readonly TaskOptions[], images: number): number {
  const units = requestUnits(tasks, images);
  if (units <= MAX_REQUEST_UNITS) return units;
  throw new Problem(
    "too-much-work",
    `The request asks for ${units} units of work; at most ${MAX_REQUEST_UNITS} are answered at once. A prompt has ` +
      `beams x max_new_tokens / ${TOKENS_PER_UNIT} units, each label is a prompt, and an image has ${IMAGE_UNITS}.`,
  );
}
