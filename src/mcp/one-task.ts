import { FormattedAnswer } from "../contract/answers.ts";
import type { JsonObject } from "../contract/json-object.ts";
import { taskPath } from "../contract/paths.ts";
import { imageOf, STANDARD_OBJECTS } from "./arguments.ts";
import { lean } from "./lean.ts";
import type { Asked } from "./tool.ts";

type Image = Parameters<typeof imageOf>[0];

/** Asks one task that answers a text. */
export function askText(image: Image, task: string, options: JsonObject = {}): Asked {
  return {
    path: taskPath(task),
    body: { image: imageOf(image), ...options },
    canStream: true,
    show: (reply) => lean(FormattedAnswer.parse(reply), Infinity),
  };
}

/** How many objects a task answers, and in which form. Names are those of `/v1`. */
export interface ObjectOptions {
  readonly max_objects?: number | undefined;
  readonly min_score?: number | undefined;
  /** Whether outlines are part of the answer. */
  readonly hasOutlines?: boolean;
}

/** Asks one task that answers places. `options` are what the model is asked. */
export function askObjects(image: Image, task: string, options: JsonObject, form: ObjectOptions = {}): Asked {
  const { max_objects: maxObjects = STANDARD_OBJECTS, min_score: minScore, hasOutlines = false } = form;
  const limits = { max_objects: maxObjects, ...(minScore === undefined ? {} : { min_score: minScore }) };
  const outlines = hasOutlines ? { include: ["svg_path"] } : {};
  return {
    path: taskPath(task),
    body: { image: imageOf(image), ...options, ...limits, ...outlines },
    canStream: true,
    drawn: { task, options: { ...options, ...limits } },
    show: (reply) => lean(FormattedAnswer.parse(reply), maxObjects),
  };
}
