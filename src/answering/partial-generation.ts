import type { ImageSize } from "../florence/coordinates.ts";
import { createIncrementalParser } from "../florence/incremental.ts";
import type { ParseEvent } from "../florence/parse.ts";
import { locationLogprobs } from "../florence/score.ts";
import type { AnswerType, TaskName } from "../florence/tasks.ts";
import type { GenerationEvent } from "../inference/backend.ts";

/** One prompt's generation in progress, parsed as far as it has arrived. */
export interface PartialGeneration {
  push(event: GenerationEvent, firstLocationId: number): void;
  /** The events completed since the last call; an object only once the log-probabilities of all its location tokens are known. */
  takeCompleted(): readonly ParseEvent[];
  /** Log-probabilities of the location tokens so far, as `locationLogprobs` returns them. */
  logprobs(): readonly number[];
  /** The answer type, as far as it is known. */
  type(): AnswerType;
  /** Whether `type` can no longer change. */
  isTypeFinal(): boolean;
  isDone(): boolean;
}

/** Parses one prompt's events as they arrive. `size` is the source image's, in pixels. */
export function createPartialGeneration(task: TaskName, size: ImageSize): PartialGeneration {
  const parser = createIncrementalParser(task, size);
  let logprobs: readonly number[] = [];
  let pending: readonly ParseEvent[] = [];
  let parsedLength = 0;
  let [isTypeFinal, isDone] = [false, false];
  const parseMore = (text: string): void => {
    parsedLength += text.length;
    pending = [...pending, ...parser.push(text)];
  };
  // If the model generates a location as plain text, it has no location token: the ordinals of later locations then exceed the length of `logprobs`.
  const isComplete = (event: ParseEvent): boolean =>
    event.type === "text" || isDone || event.object.locations.every((ordinal) => ordinal < logprobs.length);
  return {
    push: (event, firstLocationId) => {
      if (event.type === "token") {
        logprobs = [...logprobs, ...locationLogprobs([event.id], [event.logprob], firstLocationId)];
        parseMore(event.text);
      } else {
        const { text, tokenIds, tokenLogprobs } = event.generation;
        logprobs = locationLogprobs(tokenIds, tokenLogprobs, firstLocationId);
        parseMore(text.slice(parsedLength));
        pending = [...pending, ...parser.end()];
        isDone = true;
      }
      isTypeFinal ||= isDone || pending.length > 0;
    },
    takeCompleted: () => {
      const firstIncomplete = pending.findIndex((event) => !isComplete(event));
      const completed = firstIncomplete === -1 ? pending : pending.slice(0, firstIncomplete);
      pending = pending.slice(completed.length);
      return completed;
    },
    logprobs: () => logprobs,
    type: () => parser.type(),
    isTypeFinal: () => isTypeFinal,
    isDone: () => isDone,
  };
}
