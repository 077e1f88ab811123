import * as z from "zod";
import { answerTypes } from "./answers.ts";
import { type JsonForm, jsonForms } from "./forms.ts";
import { ProblemDetails } from "./problem-details.ts";
import { JsonImage, optionsByInput } from "./requests.ts";
import type { TaskRow } from "./service.ts";

/** Most tasks of one request: each of the fifteen once, and some with several regions. Each is a decoding. */
export const MAX_ANALYZE_TASKS = 32;

/** Longest name of a task: twice the longest there is. Answers repeat it, also one that is none. */
export const MAX_TASK_NAME_CHARACTERS = 100;

/** One of several tasks. What it holds is seen item by item, so that one mistake is one item's problem. */
export const TaskItem = z.looseObject(
  {
    task: z
      .string("Name a task.")
      .max(MAX_TASK_NAME_CHARACTERS, `A task's name has at most ${MAX_TASK_NAME_CHARACTERS} characters.`),
  },
  "Send an object with `task` and its options.",
);

/** What answers several tasks comes whole. */
export const neverStreamed = z
  .literal(false, "Only the answer to a single task is streamed: ask for it at the task's own address.")
  .optional();

/** The body of `analyze`. */
export const AnalyzeBody = z.strictObject({
  image: JsonImage,
  tasks: z
    .array(TaskItem, "Send a list of tasks.")
    .min(1, "Send at least one task.")
    .max(MAX_ANALYZE_TASKS, `Send at most ${MAX_ANALYZE_TASKS} tasks.`),
  stream: neverStreamed,
});

/** What became of one task: an answer, or a problem; the other is null. */
export const AnalyzeResult = z
  .object({
    task: z.string(),
    status: z.enum(["ok", "error"]),
    // Not `nullable()`: the printer makes `allOf` of it, which null does not fit.
    answer: z.union([jsonForms(answerTypes), z.null()]),
    problem: z.union([ProblemDetails, z.null()]),
  })
  .meta({ id: "AnalyzeResult" });

/** `AnalyzeResult`, as it is made. */
export interface AnalyzeResult {
  readonly task: string;
  readonly status: "ok" | "error";
  readonly answer: JsonForm | null;
  readonly problem: ProblemDetails | null;
}

/** The answer of `analyze`: a result for each task, in their order. */
export const AnalyzeAnswer = z.object({ results: z.array(AnalyzeResult) }).meta({ id: "AnalyzeAnswer" });

/** The body as the document shows it: the options of each task beside its name. */
export function analyzeBodyFor(rows: readonly TaskRow[]) {
  const [first, ...others] = rows.map((row) =>
    z.looseObject({ task: z.literal(row.name), ...optionsByInput[row.input].shape }),
  );
  const item = first === undefined ? z.never() : z.union([first, ...others]);
  return z
    .strictObject({ image: JsonImage, tasks: z.array(item).min(1).max(MAX_ANALYZE_TASKS), stream: neverStreamed })
    .meta({ id: "AnalyzeRequest" });
}
