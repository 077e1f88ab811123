import * as z from "zod";
import { AnalyzeResult, neverStreamed, TaskItem } from "./analyze.ts";
import { JsonImage, optionsByInput } from "./requests.ts";
import type { TaskRow } from "./service.ts";

/**
 * Most items of one request. Each may have an address to fetch, a cache to ask and a backend: some ten requests of the 1000 that a Worker
 * may make for one of its own.
 */
export const MAX_BATCH_ITEMS = 32;

/** The body of `batch`. An item is the JSON body of a task, with the task's name; what it holds is its own problem. */
export const BatchBody = z.strictObject({
  items: z
    .array(TaskItem, "Send a list of items.")
    .min(1, "Send at least one item.")
    .max(MAX_BATCH_ITEMS, `Send at most ${MAX_BATCH_ITEMS} items.`),
  stream: neverStreamed,
});

/** The answer of `batch`: a result for each item, in their order. */
export const BatchAnswer = z.object({ results: z.array(AnalyzeResult) }).meta({ id: "BatchAnswer" });

/** The body as the document shows it: the image and the options of each task beside its name. */
export function batchBodyFor(rows: readonly TaskRow[]) {
  const [first, ...others] = rows.map((row) =>
    z.looseObject({ task: z.literal(row.name), image: JsonImage, ...optionsByInput[row.input].shape }),
  );
  const item = first === undefined ? z.never() : z.union([first, ...others]);
  return z
    .strictObject({ items: z.array(item).min(1).max(MAX_BATCH_ITEMS), stream: neverStreamed })
    .meta({ id: "BatchRequest" });
}
