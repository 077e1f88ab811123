import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { AnalyzeAnswer, analyzeBodyFor } from "./analyze.ts";
import { drawingTypes, jsonForms } from "./forms.ts";
import { modelProblems } from "./operations.ts";
import { problemResponses, requestIdHeader } from "./problem-details.ts";
import { bodiesByInput, queryParameters } from "./requests.ts";
import type { TaskRow } from "./service.ts";

/** Media types of an image sent as the body itself; what it is is read from its bytes, whatever it is called. */
const IMAGE_MEDIA_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "application/octet-stream"] as const;

/** `object-detection` → `objectDetection`: names that generators of clients make methods of. */
export function operationId(task: string): string {
  return task.replace(/-(?<letter>.)/gu, (_, letter: string) => letter.toUpperCase());
}

/** Where a task is asked. */
export function taskPath(task: string): string {
  return `/v1/${task}`;
}

/** What an answer says of itself besides its body. */
const answerHeaders = {
  ...requestIdHeader,
  "Cache-Status": {
    description:
      "RFC 9211: whether the answer was in the cache, and why not; `collapsed` where another request's work gave it.",
    schema: { type: "string" },
  },
  ETag: { description: "Stands for this answer; send it as If-None-Match.", schema: { type: "string" } },
  "Server-Timing": { description: "Milliseconds by stage.", schema: { type: "string" } },
  Age: { description: "Seconds since a cached answer was made.", schema: { type: "integer" } },
} as const;

/** A request's own headers; all are optional. */
const answerRequestHeaders = z.object({
  "cache-control": z.string().optional().meta({
    description: "`no-store`, `no-cache`, `max-age`, `only-if-cached` and `stale-if-error` are honoured.",
  }),
  "if-none-match": z.string().optional().meta({ description: "The ETag of an answer that you have." }),
});

/** What a task can fail with. */
const taskProblems = [
  "invalid-json",
  "invalid-request",
  "image-required",
  "invalid-base64",
  "image-url-refused",
  "image-url-unreachable",
  "image-url-timeout",
  "text-required",
  "region-required",
  "region-outside-image",
  "body-too-large",
  "image-too-many-pixels",
  "unsupported-media-type",
  "unsupported-image",
  "image-corrupt",
  "prompt-too-long",
  "request-cancelled",
  "not-cached",
  ...modelProblems,
] as const;

/** A form: the image as a file of any name, and options as fields, spelled as in the query. */
const formBody = {
  type: "object",
  properties: { image: { type: "string", contentMediaType: "application/octet-stream" } },
  additionalProperties: { type: "string" },
} as const;

/** The operation of one task, drawn from its row. */
export function taskOperation(row: TaskRow) {
  const images = IMAGE_MEDIA_TYPES.map((type) => [type, { schema: {} }]);
  const drawings = drawingTypes.map((type) => [type, { schema: { type: "string" } }]);
  return createRoute({
    method: "post",
    path: taskPath(row.name),
    operationId: operationId(row.name),
    summary: row.summary,
    description: "Send the image as the body and the options in the query, or both in one JSON object or one form.",
    request: {
      query: queryParameters(row.input),
      headers: answerRequestHeaders,
      body: {
        required: true,
        content: {
          "application/json": { schema: bodiesByInput[row.input] },
          "multipart/form-data": { schema: formBody },
          ...Object.fromEntries(images),
        },
      },
    },
    responses: {
      200: {
        description: "The answer",
        headers: answerHeaders,
        content: { "application/json": { schema: jsonForms(row.answers) }, ...Object.fromEntries(drawings) },
      },
      304: { description: "You have this answer already", headers: answerHeaders },
      ...problemResponses(taskProblems),
    },
  });
}

/** Where several tasks are asked at once. */
export const ANALYZE_PATH = "/v1/analyze";

/** Several tasks on one image. */
export function analyzeOperation(rows: readonly TaskRow[]) {
  return createRoute({
    method: "post",
    path: ANALYZE_PATH,
    operationId: "analyze",
    summary: "Ask several tasks about one image",
    description:
      "The image is looked at once for all tasks of equal `beams` and `max_new_tokens`. Each task has its own result: an answer, or a problem.",
    request: {
      headers: answerRequestHeaders,
      body: { required: true, content: { "application/json": { schema: analyzeBodyFor(rows) } } },
    },
    responses: {
      200: {
        description: "A result for each task, in their order",
        headers: answerHeaders,
        content: { "application/json": { schema: AnalyzeAnswer } },
      },
      304: { description: "You have these results already", headers: answerHeaders },
      ...problemResponses(taskProblems),
    },
  });
}
