import { createRoute } from "@hono/zod-openapi";
import { AnalyzeAnswer, analyzeBodyFor } from "./analyze.ts";
import { answerHeaders, answerRequestHeaders } from "./answer-headers.ts";
import { BatchAnswer, batchBodyFor } from "./batch.ts";
import { problemResponses } from "./problem-responses.ts";
import { analyzeExamples, batchExamples } from "./request-examples.ts";
import type { TaskRow } from "./service.ts";
import { tags } from "./tags.ts";

/** Where several tasks are asked at once. */
export const ANALYZE_PATH = "/v1/analyze";

/** Several tasks on one image. */
export function analyzeOperation(rows: readonly TaskRow[]) {
  return createRoute({
    method: "post",
    path: ANALYZE_PATH,
    operationId: "analyze",
    tags: [tags.several.name],
    summary: "Ask several tasks about one image",
    description:
      "The image is looked at once for all tasks of equal `beams` and `max_new_tokens`. Each task has its own result: an answer, or a problem.",
    request: {
      headers: answerRequestHeaders,
      body: {
        required: true,
        content: { "application/json": { schema: analyzeBodyFor(rows), examples: analyzeExamples(rows) } },
      },
    },
    responses: {
      200: {
        description: "A result for each task, in their order",
        headers: answerHeaders,
        content: { "application/json": { schema: AnalyzeAnswer } },
      },
      304: { description: "You have these results already", headers: answerHeaders },
      ...problemResponses("Task"),
    },
  });
}

/** Where several tasks are asked, each about an image of its own. */
export const BATCH_PATH = "/v1/batch";

/** Several tasks, each on an image of its own. */
export function batchOperation(rows: readonly TaskRow[]) {
  return createRoute({
    method: "post",
    path: BATCH_PATH,
    operationId: "batch",
    tags: [tags.several.name],
    summary: "Ask about many images",
    description:
      "Each item is the JSON body of a task with the task's name. Each has its own result: an answer, or a problem. What is in the cache is not asked again, and items with the same image look at it once.",
    request: {
      headers: answerRequestHeaders,
      body: {
        required: true,
        content: { "application/json": { schema: batchBodyFor(rows), examples: batchExamples(rows) } },
      },
    },
    responses: {
      200: {
        description: "A result for each item, in their order",
        headers: answerHeaders,
        content: { "application/json": { schema: BatchAnswer } },
      },
      304: { description: "You have these results already", headers: answerHeaders },
      ...problemResponses("Batch"),
    },
  });
}
