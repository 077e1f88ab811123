import * as z from "zod";
import { MAX_ANALYZE_TASKS, TaskItem } from "./analyze.ts";
import { MAX_BATCH_ITEMS } from "./batch.ts";
import { laterOptions } from "./later-options.ts";
import { JsonImage } from "./requests.ts";

const image = z.unknown().optional();

/** Quotes a body of analyze. An image is ignored, as everywhere here, so that the body can be the one that is sent then. */
export const AnalyzeQuote = z.strictObject({
  image,
  tasks: z
    .array(TaskItem, "Send a list of tasks.")
    .min(1, "Send at least one task.")
    .max(MAX_ANALYZE_TASKS, `Send at most ${MAX_ANALYZE_TASKS} tasks.`),
  stream: z.literal(false).optional(),
  ...laterOptions,
});

/** Quotes a body of batch. */
export const BatchQuote = z.strictObject({
  items: z
    .array(TaskItem, "Send a list of items.")
    .min(1, "Send at least one item.")
    .max(MAX_BATCH_ITEMS, `Send at most ${MAX_BATCH_ITEMS} items.`),
  stream: z.literal(false).optional(),
  ...laterOptions,
});

/** The three bodies, for the OpenAPI document. */
export const QuoteBody = z
  .union([
    TaskItem.safeExtend({ image: JsonImage.optional() }),
    z.object({ tasks: z.array(TaskItem).min(1).max(MAX_ANALYZE_TASKS) }),
    z.object({ items: z.array(TaskItem).min(1).max(MAX_BATCH_ITEMS) }),
  ])
  .meta({
    id: "QuoteRequest",
    description:
      "The body of a task with its name as `task`, of analyze, or of batch. The picture may be left out, and is not looked at.",
  });
