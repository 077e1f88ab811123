import * as z from "zod";
import { answerTypes } from "./answers.ts";
import { laterOptions } from "./later-options.ts";
import { type JsonForm, jsonForms } from "./forms.ts";
import { ProblemDetails } from "./problem-details.ts";
import { JsonImage, optionsByInput } from "./requests.ts";
import type { TaskRow } from "./service.ts";

/** Maximum number of tasks in one request: each of the fifteen once, and some with several regions. Each task is decoded separately. */
export const MAX_ANALYZE_TASKS = 32;

/** Maximum length of a task name, in characters: three times the longest existing name. Answers repeat the name, even if there is no such task. */
export const MAX_TASK_NAME_CHARACTERS = 100;

/** One of several tasks. Its options are validated separately, so that an invalid item fails alone. */
export const TaskItem = z.looseObject(
  {
    task: z
      .string("Name a task.")
      .max(MAX_TASK_NAME_CHARACTERS, `A task's name has at most ${MAX_TASK_NAME_CHARACTERS} characters.`),
  },
  "Send an object with `task` and its options.",
);

/** The option `stream` of a request for several tasks: only `false`, because these answers are not streamed. */
export const neverStreamed = z
  .literal(false, "Only the answer to a single task is streamed: request it at the task's own path.")
  .optional();

/** The body of `analyze`. */
export const AnalyzeBody = z.strictObject({
  image: JsonImage,
  tasks: z
    .array(TaskItem, "Send a list of tasks.")
    .min(1, "Send at least one task.")
    .max(MAX_ANALYZE_TASKS, `Send at most ${MAX_ANALYZE_TASKS} tasks.`),
  stream: neverStreamed,
  ...laterOptions,
});

/** The result of one task: an answer or a problem; the other is null. */
export const AnalyzeResult = z
  .object({
    task: z.string(),
    status: z.enum(["ok", "error"]),
    // Not `nullable()`: the OpenAPI generator turns it into `allOf`, which null does not match.
    answer: z.union([jsonForms(answerTypes), z.null()]),
    problem: z.union([ProblemDetails, z.null()]),
  })
  .meta({ id: "AnalyzeResult" });

/** The TypeScript type of `AnalyzeResult`, with typed answers. */
export interface AnalyzeResult {
  readonly task: string;
  readonly status: "ok" | "error";
  readonly answer: JsonForm | null;
  readonly problem: ProblemDetails | null;
}

/** The answer of `analyze`: a result for each task, in request order. */
export const AnalyzeAnswer = z.object({ results: z.array(AnalyzeResult) }).meta({ id: "AnalyzeAnswer" });

/** Returns the body's schema for the OpenAPI document, with each task's name and options. */
export function analyzeBodyFor(rows: readonly TaskRow[]) {
  const [first, ...others] = rows.map((row) =>
    z.looseObject({ task: z.literal(row.name), ...optionsByInput[row.input].shape }),
  );
  const item = first === undefined ? z.never() : z.union([first, ...others]);
  return z
    .strictObject({
      image: JsonImage,
      tasks: z.array(item).min(1).max(MAX_ANALYZE_TASKS),
      stream: neverStreamed,
      ...laterOptions,
    })
    .meta({ id: "AnalyzeRequest" });
}
