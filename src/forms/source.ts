import type { Answer } from "../contract/answers.ts";
import type { TaskName } from "../florence/tasks.ts";
import type { AbsentImage, EncodedImage, Generation } from "../inference/backend.ts";

/** All that an answer's forms are drawn from. */
export interface FormSource {
  readonly task: TaskName;
  readonly image: EncodedImage | AbsentImage;
  /** What was written for each prompt, in their order. */
  readonly prompts: readonly string[];
  readonly generations: readonly Generation[];
  /** What was written, read. */
  readonly answer: Answer;
}
