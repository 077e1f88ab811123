import * as z from "zod";
import { answerTypes } from "./answers.ts";
import { type JsonForm, jsonForms } from "./forms.ts";
import { ProblemDetails } from "./problem-details.ts";
import { JsonImage, optionsByInput } from "./requests.ts";
import type { TaskRow } from "./service.ts";

/** Most tasks of one request: each of the fifteen once, and some with several regions. Each is a decoding. */
export const MAX_ANALYZE_TASKS = 32;

/** The body of `analyze`. What an item holds is seen item by item, so that one mistake is one item's problem. */
export const AnalyzeBody = z.strictObject({
  image: JsonImage,
  tasks: z
    .array(
      z.looseObject({ task: z.string("Name a task.") }, "Send an object with `task` and its options."),
      "Send a list of tasks.",
    )
    .min(1, "Send at least one task.")
    .max(MAX_ANALYZE_TASKS, `Send at most ${MAX_ANALYZE_TASKS} tasks.`),
});

/** What became of one task: an answer, or a problem; the other is null. */
const AnalyzeResult = z
  .object({
    task: z.string(),
    status: z.enum(["ok", "error"]),
    answer: jsonForms(answerTypes).nullable(),
    problem: ProblemDetails.nullable(),
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
    .strictObject({ image: JsonImage, tasks: z.array(item).min(1).max(MAX_ANALYZE_TASKS) })
    .meta({ id: "AnalyzeRequest" });
}
