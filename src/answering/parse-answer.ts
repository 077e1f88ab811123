import type { Answer } from "../contract/answers.ts";
import type { Form } from "../contract/forms.ts";
import { parse } from "../florence/parse.ts";
import { locationLogprobs } from "../florence/score.ts";
import { tasks } from "../florence/tasks.ts";
import { formatAnswer } from "../forms/format-answer.ts";
import type { RenderPng } from "../forms/png-drawing.ts";
import type { AbsentImage, EncodedImage, Generation, ModelDescription } from "../inference/backend.ts";
import type { Prepared } from "./prepare.ts";
import { mergeAnswers, render } from "./render.ts";

/** The generations of a task's prompts, in the prompts' order, with their image and model. */
export interface TaskGenerations {
  readonly image: EncodedImage | AbsentImage;
  readonly generations: readonly Generation[];
  readonly model: ModelDescription;
}

/** The label that a prompt requests; undefined for a task that takes no labels. */
export function requestedLabel({ task, promptOptions }: Prepared, prompt: number): string | undefined {
  return tasks[task].input === "labels" ? promptOptions[prompt]?.text : undefined;
}

/** Parses a task's generations into one answer, in the coordinates of the source image. */
export function parseAnswer(prepared: Prepared, { image, generations, model }: TaskGenerations): Answer {
  const { task, options } = prepared;
  const hasTextScore = options.include?.includes("score") === true;
  const answers = generations.map((generation, prompt) => {
    const parsed = parse(generation.text, task, image);
    const { tokenIds, tokenLogprobs } = generation;
    const logprobs = locationLogprobs(tokenIds, tokenLogprobs, model.firstLocationId);
    const label = requestedLabel(prepared, prompt);
    return render(parsed, { task, source: image, generation, model, logprobs, requestedLabel: label, hasTextScore });
  });
  return mergeAnswers(answers);
}

/** Renders a task's generations in the requested form. Without `renderPng`, a PNG is refused. */
export function renderForm(prepared: Prepared, result: TaskGenerations, renderPng?: RenderPng): Form {
  return formatAnswer({ ...prepared, ...result, answer: parseAnswer(prepared, result) }, prepared.options, renderPng);
}
