import type { AnswerObject, FormattedAnswer } from "../contract/answers.ts";
import { Problem } from "../contract/problems.ts";
import type { AnswerPart } from "../contract/service.ts";
import { collectAnswer, type ParseEvent } from "../florence/parse.ts";
import { tasks } from "../florence/tasks.ts";
import { formatted } from "../forms/format-answer.ts";
import type { AbsentImage, EncodedImage, Generation, GenerationEvent, ModelDescription } from "../inference/backend.ts";
import type { Prepared } from "./prepare.ts";
import { requestedLabel } from "./parse-answer.ts";
import { asPolygons, render } from "./render.ts";
import { createPartialGeneration, type PartialGeneration } from "./partial-generation.ts";

/** Tells an answer while it is written: at once what is certain, with the end what is not. */
export interface AnswerStream {
  /** The parts that this event completes. */
  push(event: GenerationEvent, model: ModelDescription): readonly AnswerPart[];
  /** The rest, and `done`. Throws `backend-failed` where the answer does not begin with what was told of it. */
  finish(answer: FormattedAnswer): readonly AnswerPart[];
}

/** What an answer holds that is told in parts. */
interface Content {
  readonly text: string;
  readonly objects: readonly AnswerObject[];
}

function contentOf(answer: FormattedAnswer): Content {
  return answer.type === "text" ? { text: answer.text, objects: [] } : { text: "", objects: answer.objects };
}

/** What the whole has more. */
function restOf(whole: Content, told: Content): Content {
  const begun = whole.objects.slice(0, told.objects.length);
  if (!whole.text.startsWith(told.text) || JSON.stringify(begun) !== JSON.stringify(told.objects)) {
    throw new Problem("backend-failed", "The answer's end contradicts its beginning.");
  }
  return { text: whole.text.slice(told.text.length), objects: whole.objects.slice(told.objects.length) };
}

/** `first` is the place of the first object among all. */
function partsOf({ text, objects }: Content, first: number): readonly AnswerPart[] {
  return [
    ...(text === "" ? [] : [{ type: "delta" as const, text }]),
    ...objects.map((object, at) => ({ type: "object" as const, index: first + at, object })),
  ];
}

/** An answer's end, of which neither texts nor objects tell. */
const unfinished: Generation = { tokenIds: [], tokenLogprobs: [], text: "", finishReason: "length", promptTokens: 0 };

function isOutlined(writings: readonly PartialGeneration[]): boolean {
  return writings.some((each) => each.type() === "polygons");
}

/**
 * Whether what is finished is shown as it will be in the end. Which are the best of all objects shows when all are there; and with several
 * labels, one that has outlines gives them to all.
 */
function isCertain({ task, options }: Prepared, writings: readonly PartialGeneration[]): boolean {
  const { answers } = tasks[task];
  if (options.max_objects !== undefined && answers[0] !== "text") return false;
  return answers.length === 1 || isOutlined(writings) || writings.every((each) => each.isTypeFinal());
}

/** Follows one request's answer: the prompts' in their order, as they stand in the end. */
export function createAnswerStream(prepared: Prepared, image: EncodedImage | AbsentImage): AnswerStream {
  const { task, prompts, options } = prepared;
  const writings = prompts.map(() => createPartialGeneration(task, image));
  let told: Content = { text: "", objects: [] };
  let current = 0;
  const tell = (more: Content): readonly AnswerPart[] => {
    const parts = partsOf(more, told.objects.length);
    told = { text: told.text + more.text, objects: [...told.objects, ...more.objects] };
    return parts;
  };
  const drawn = (
    writing: PartialGeneration,
    events: readonly ParseEvent[],
    model: ModelDescription,
  ): FormattedAnswer => {
    const parsed = collectAnswer(writing.type(), events);
    const asked = requestedLabel(prepared, current);
    const shown = { task, source: image, generation: unfinished, model, logprobs: writing.logprobs(), asked };
    const answer = render(parsed, shown);
    return formatted(isOutlined(writings) ? asPolygons(answer) : answer, options);
  };
  return {
    push: (event, model) => {
      writings[event.prompt]?.push(event, model.firstLocationId);
      const parts: AnswerPart[] = [];
      for (let writing = writings[current]; writing !== undefined; writing = writings[current]) {
        if (!isCertain(prepared, writings)) break;
        const events = writing.takeCompleted();
        if (events.length > 0) parts.push(...tell(contentOf(drawn(writing, events, model))));
        if (!writing.isDone()) break;
        current += 1;
      }
      return parts;
    },
    finish: (answer) => [...tell(restOf(contentOf(answer), told)), { type: "done", answer }],
  };
}
