import { tasks } from "../../../src/florence/tasks.ts";
import type { Random } from "../../../test/support/random.ts";

/** Sentences of tasks that need nothing but an image. */
const sentences = [
  tasks.caption.sentence,
  tasks["detailed-caption"].sentence,
  tasks["object-detection"].sentence,
  tasks["dense-region-caption"].sentence,
  tasks.ocr.sentence,
] as const;

/** Picks the prompt of a task. */
export function anySentence(random: Random): string {
  return random.pick(sentences);
}
