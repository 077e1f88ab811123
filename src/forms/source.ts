import type { Answer } from "../contract/answers.ts";
import type { TaskName } from "../florence/tasks.ts";
import type { AbsentImage, EncodedImage, Generation } from "../inference/backend.ts";

/** The data that every form of an answer is rendered from. */
export interface FormSource {
  readonly task: TaskName;
  readonly image: EncodedImage | AbsentImage;
  readonly prompts: readonly string[];
  /** One generation for each prompt, in their order. */
  readonly generations: readonly Generation[];
  /** The parsed generations. */
  readonly answer: Answer;
}
