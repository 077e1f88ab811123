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

/** Emits an answer while it is generated: each part as soon as it is certain, the rest at the end. */
export interface AnswerStream {
  /** Returns the parts that this event completes. */
  push(event: GenerationEvent, model: ModelDescription): readonly AnswerPart[];
  /** Returns the remaining parts and `done`. Throws `backend-failed` if the answer does not begin with the parts emitted so far. */
  finish(answer: FormattedAnswer): readonly AnswerPart[];
}

/** The content of an answer that is emitted in parts. */
interface Content {
  readonly text: string;
  readonly objects: readonly AnswerObject[];
}

function contentOf(answer: FormattedAnswer): Content {
  return answer.type === "text" ? { text: answer.text, objects: [] } : { text: "", objects: answer.objects };
}

/** The content that has not been emitted. Throws `backend-failed` if `whole` does not begin with `emitted`. */
function restOf(whole: Content, emitted: Content): Content {
  const beginning = whole.objects.slice(0, emitted.objects.length);
  if (!whole.text.startsWith(emitted.text) || JSON.stringify(beginning) !== JSON.stringify(emitted.objects)) {
    throw new Problem("backend-failed", "The complete answer does not begin with the parts already sent.");
  }
  return { text: whole.text.slice(emitted.text.length), objects: whole.objects.slice(emitted.objects.length) };
}

/** `first` is the index of the first object among all objects of the answer. */
function partsOf({ text, objects }: Content, first: number): readonly AnswerPart[] {
  return [
    ...(text === "" ? [] : [{ type: "delta" as const, text }]),
    ...objects.map((object, offset) => ({ type: "object" as const, index: first + offset, object })),
  ];
}

/** Placeholder for a generation in progress. It determines only `usage` and `finish_reason`, which no text or object part contains. */
const unfinished: Generation = { tokenIds: [], tokenLogprobs: [], text: "", finishReason: "length", promptTokens: 0 };

function isOutlined(partials: readonly PartialGeneration[]): boolean {
  return partials.some((each) => each.type() === "polygons");
}

/**
 * Whether completed content already has its final form. With `max_objects`, the best objects are known only when all have been generated.
 * With several labels, a single answer in polygons turns all of them into polygons.
 */
function isCertain({ task, options }: Prepared, partials: readonly PartialGeneration[]): boolean {
  const { answers } = tasks[task];
  if (options.max_objects !== undefined && answers[0] !== "text") return false;
  return answers.length === 1 || isOutlined(partials) || partials.every((each) => each.isTypeFinal());
}

/** Creates the stream of one request's answer. Emits the content of its prompts in their order, each part in its final form. */
export function createAnswerStream(prepared: Prepared, image: EncodedImage | AbsentImage): AnswerStream {
  const { task, prompts, options } = prepared;
  const partials = prompts.map(() => createPartialGeneration(task, image));
  let emitted: Content = { text: "", objects: [] };
  let current = 0;
  const emit = (content: Content): readonly AnswerPart[] => {
    const parts = partsOf(content, emitted.objects.length);
    emitted = { text: emitted.text + content.text, objects: [...emitted.objects, ...content.objects] };
    return parts;
  };
  const renderEvents = (
    partial: PartialGeneration,
    events: readonly ParseEvent[],
    model: ModelDescription,
  ): FormattedAnswer => {
    const parsed = collectAnswer(partial.type(), events);
    const label = requestedLabel(prepared, current);
    const logprobs = partial.logprobs();
    const context = { task, source: image, generation: unfinished, model, logprobs, requestedLabel: label };
    const answer = render(parsed, context);
    return formatted(isOutlined(partials) ? asPolygons(answer) : answer, options);
  };
  return {
    push: (event, model) => {
      partials[event.prompt]?.push(event, model.firstLocationId);
      const parts: AnswerPart[] = [];
      for (let partial = partials[current]; partial !== undefined; partial = partials[current]) {
        if (!isCertain(prepared, partials)) break;
        const events = partial.takeCompleted();
        if (events.length > 0) parts.push(...emit(contentOf(renderEvents(partial, events, model))));
        if (!partial.isDone()) break;
        current += 1;
      }
      return parts;
    },
    finish: (answer) => [...emit(restOf(contentOf(answer), emitted)), { type: "done", answer }],
  };
}
