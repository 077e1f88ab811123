import type { Answer } from "../contract/answers.ts";
import type { Form } from "../contract/forms.ts";
import { parse } from "../florence/parse.ts";
import { locationLogprobs } from "../florence/score.ts";
import { tasks } from "../florence/tasks.ts";
import { formatAnswer } from "../forms/format-answer.ts";
import type { AbsentImage, EncodedImage, Generation, ModelDescription } from "../inference/backend.ts";
import type { Prepared } from "./prepare.ts";
import { mergeAnswers, render } from "./render.ts";

/** What the model wrote for each prompt of a task, on which image. */
export interface TaskGenerations {
  readonly image: EncodedImage | AbsentImage;
  readonly generations: readonly Generation[];
  readonly model: ModelDescription;
}

/** The name that a prompt asked for, where it asked for one. */
export function requestedLabel({ task, promptOptions }: Prepared, prompt: number): string | undefined {
  return tasks[task].input === "labels" ? promptOptions[prompt]?.text : undefined;
}

/** What the model wrote, parsed and put in the caller's coordinates. */
export function parseAnswer(prepared: Prepared, { image, generations, model }: TaskGenerations): Answer {
  const { task } = prepared;
  const answers = generations.map((generation, prompt) => {
    const parsed = parse(generation.text, task, image);
    const { tokenIds, tokenLogprobs } = generation;
    const logprobs = locationLogprobs(tokenIds, tokenLogprobs, model.firstLocationId);
    const asked = requestedLabel(prepared, prompt);
    return render(parsed, { task, source: image, generation, model, logprobs, asked });
  });
  return mergeAnswers(answers);
}

/** What the model wrote, in the form that was asked for. */
export function renderForm(prepared: Prepared, read: TaskGenerations): Form {
  return formatAnswer({ ...prepared, ...read, answer: parseAnswer(prepared, read) }, prepared.options);
}
