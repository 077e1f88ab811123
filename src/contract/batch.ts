import * as z from "zod";
import { AnalyzeResult, neverStreamed, TaskItem } from "./analyze.ts";
import { laterOptions } from "./later-options.ts";
import { JsonImage, optionsByInput } from "./requests.ts";
import type { TaskRow } from "./service.ts";

/**
 * Maximum number of items in one request. Each may fetch a URL, read the cache and call the backend: about ten of the 1000 requests that a Worker
 * may send for each request that it receives.
 */
export const MAX_BATCH_ITEMS = 32;

/** The body of `batch`. An item is the JSON body of a task, with the task's name; an invalid item fails alone. */
export const BatchBody = z.strictObject({
  items: z
    .array(TaskItem, "Send a list of items.")
    .min(1, "Send at least one item.")
    .max(MAX_BATCH_ITEMS, `Send at most ${MAX_BATCH_ITEMS} items.`),
  stream: neverStreamed,
  ...laterOptions,
});

/** The answer of `batch`: a result for each item, in request order. */
export const BatchAnswer = z.object({ results: z.array(AnalyzeResult) }).meta({ id: "BatchAnswer" });

/** Returns the body's schema for the OpenAPI document, with each task's name, image and options. */
export function batchBodyFor(rows: readonly TaskRow[]) {
  const [first, ...others] = rows.map((row) =>
    z.looseObject({ task: z.literal(row.name), image: JsonImage, ...optionsByInput[row.input].shape }),
  );
  const item = first === undefined ? z.never() : z.union([first, ...others]);
  return z
    .strictObject({ items: z.array(item).min(1).max(MAX_BATCH_ITEMS), stream: neverStreamed, ...laterOptions })
    .meta({ id: "BatchRequest" });
}
