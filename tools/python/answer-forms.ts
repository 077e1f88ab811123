import type { tasks } from "../../src/florence/tasks.ts";

/** A row of the table of tasks. */
export type Task = (typeof tasks)[keyof typeof tasks];

/** The classes of the answers of tasks. */
const answerClasses = {
  text: "TextAnswer",
  boxes: "BoxesAnswer",
  quads: "QuadsAnswer",
  polygons: "PolygonsAnswer",
} as const satisfies Readonly<Record<Task["answers"][number], string>>;

/** The type of a task's answer in its own form. */
export function answerOf({ answers }: Task): string {
  return answers.map((type) => answerClasses[type]).join(" | ");
}

/** The forms of an answer: the option that selects one, the other options that have an effect then, and the result; `isWhole`: whether an answer that comes later can have it. */
export const forms = [
  { selector: ["stream: Literal[True]"], options: "AnswerOptions", result: "Stream", isWhole: false },
  { selector: ['overlay: Literal["svg", "png"]'], options: "DrawingOptions", result: "Drawing", isWhole: false },
  { selector: ['compat: Literal["reference"]'], options: "ModelOptions", result: "ReferenceAnswer", isWhole: true },
  { selector: ['format: Literal["flat"]'], options: "AnswerOptions", result: "FlatAnswer", isWhole: true },
  { selector: ['format: Literal["raw"]'], options: "ModelOptions", result: "RawAnswer", isWhole: true },
  { selector: [], options: "PlainOptions", result: undefined, isWhole: true },
] as const;

/** A form of an answer. */
export type Form = (typeof forms)[number];
