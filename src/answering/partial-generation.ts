import type { ImageSize } from "../florence/coordinates.ts";
import { createIncrementalParser } from "../florence/incremental.ts";
import type { ParseEvent } from "../florence/parse.ts";
import { locationLogprobs } from "../florence/score.ts";
import type { AnswerType, TaskName } from "../florence/tasks.ts";
import type { GenerationEvent } from "../inference/backend.ts";

/** One prompt's answer in the making, read as far as it has come. */
export interface PartialGeneration {
  push(event: GenerationEvent, firstLocationId: number): void;
  /** What has been finished since the last call, objects with all their probabilities there. */
  takeCompleted(): readonly ParseEvent[];
  /** Those of the location tokens so far, as `locationLogprobs` gives them. */
  logprobs(): readonly number[];
  type(): AnswerType;
  /** Whether `type` will stay what it is. */
  isTypeFinal(): boolean;
  isDone(): boolean;
}

/** Follows one prompt's events. `size` is the source image's. */
export function createPartialGeneration(task: TaskName, size: ImageSize): PartialGeneration {
  const parser = createIncrementalParser(task, size);
  let logprobs: readonly number[] = [];
  let waiting: readonly ParseEvent[] = [];
  let readLength = 0;
  let [isDecided, isDone] = [false, false];
  const read = (text: string): void => {
    readLength += text.length;
    waiting = [...waiting, ...parser.push(text)];
  };
  // The model can spell a location in letters, which has no token of its own: the ordinals behind it then run ahead.
  const isWhole = (event: ParseEvent): boolean =>
    event.type === "text" || isDone || event.object.locations.every((ordinal) => ordinal < logprobs.length);
  return {
    push: (event, firstLocationId) => {
      if (event.type === "token") {
        logprobs = [...logprobs, ...locationLogprobs([event.id], [event.logprob], firstLocationId)];
        read(event.text);
      } else {
        const { text, tokenIds, tokenLogprobs } = event.generation;
        logprobs = locationLogprobs(tokenIds, tokenLogprobs, firstLocationId);
        read(text.slice(readLength));
        waiting = [...waiting, ...parser.end()];
        isDone = true;
      }
      isDecided ||= isDone || waiting.length > 0;
    },
    takeCompleted: () => {
      const open = waiting.findIndex((event) => !isWhole(event));
      const finished = open === -1 ? waiting : waiting.slice(0, open);
      waiting = waiting.slice(finished.length);
      return finished;
    },
    logprobs: () => logprobs,
    type: () => parser.type(),
    isTypeFinal: () => isDecided,
    isDone: () => isDone,
  };
}
