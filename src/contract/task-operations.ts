import { createRoute } from "@hono/zod-openapi";
import { answerHeaders, answerRequestHeaders } from "./answer-headers.ts";
import { drawingTypes, jsonForms } from "./forms.ts";
import { problemResponses } from "./problem-responses.ts";
import { jsonExamples } from "./request-examples.ts";
import { bodiesByInput, queryParameters } from "./requests.ts";
import type { TaskRow } from "./service.ts";
import { EVENT_STREAM_MEDIA_TYPE, eventStreamSchema } from "./stream-events.ts";
import { tags } from "./tags.ts";

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

/** A form: the image as a file of any name, and options as fields, spelled as in the query. */
const formBody = {
  type: "object",
  properties: { image: { type: "string", contentMediaType: "application/octet-stream" } },
  additionalProperties: { type: "string" },
} as const;

/** An image, handed over in every way. */
function requestContent({ input }: TaskRow) {
  const images = IMAGE_MEDIA_TYPES.map((type) => [type, { schema: {} }]);
  return {
    "application/json": { schema: bodiesByInput[input], examples: jsonExamples(input) },
    "multipart/form-data": { schema: formBody },
    ...Object.fromEntries(images),
  };
}

/** An answer in every form. */
function answerContent({ answers }: TaskRow) {
  const drawings = drawingTypes.map((type) => [type, { schema: { type: "string" } }]);
  return {
    "application/json": { schema: jsonForms(answers) },
    [EVENT_STREAM_MEDIA_TYPE]: { schema: eventStreamSchema },
    ...Object.fromEntries(drawings),
  };
}

/** The operation of one task, drawn from its row. */
export function taskOperation(row: TaskRow) {
  return createRoute({
    method: "post",
    path: taskPath(row.name),
    operationId: operationId(row.name),
    tags: [tags.tasks.name],
    summary: row.summary,
    description:
      "Send the image as the body and the options in the query, or both in one JSON object or one form. Of an option that is in both the query and the body, the body's counts.",
    request: {
      query: queryParameters(row.input),
      headers: answerRequestHeaders,
      body: { required: true, content: requestContent(row) },
    },
    responses: {
      200: { description: "The answer", headers: answerHeaders, content: answerContent(row) },
      304: { description: "You have this answer already", headers: answerHeaders },
      414: {
        description: "The address is too long for the platform, which answers by itself: send long options in the body",
      },
      ...problemResponses("Task"),
    },
  });
}
