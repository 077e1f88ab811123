import type { RouteConfig } from "@asteasolutions/zod-to-openapi";
import { answerHeadersFor, answerRequestHeadersFor } from "./answer-headers.ts";
import { acceptedResponse } from "./job-operations.ts";
import { drawingSchemas, jsonForms } from "./forms.ts";
import { EVENT_STREAM_MEDIA_TYPE } from "./media-types.ts";
import { taskPath } from "./paths.ts";
import { problemResponses } from "./problem-responses.ts";
import { jsonExamples } from "./request-examples.ts";
import { bodiesByInput, queryParameters } from "./requests.ts";
import type { TaskRow } from "./service.ts";
import { eventStreamSchema } from "./stream-events.ts";
import { tags } from "./tags.ts";

/** Media types of an image sent as the body. Any other is accepted as well: the format is detected from the bytes. */
const IMAGE_MEDIA_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "application/octet-stream"] as const;

/** Returns the operation's id: `object-detection` → `objectDetection`. Client generators name methods by it. */
export function operationId(task: string): string {
  return task.replace(/-(?<letter>.)/gu, (_, letter: string) => letter.toUpperCase());
}

/** A multipart form: the image as a file under any field name, and options as fields in the syntax of the query. */
const answerBody = {
  type: "object",
  properties: { image: { type: "string", contentMediaType: "application/octet-stream" } },
  additionalProperties: { type: "string" },
} as const;

/** A form without a file: `image` is a URL, base64 or a data URI, as in JSON. */
const answerFields = {
  type: "object",
  properties: { image: { type: "string" } },
  required: ["image"],
  additionalProperties: { type: "string" },
} as const;

/** Returns the request bodies of a task, with the image in every supported media type. */
function requestContent({ input }: TaskRow) {
  const images = IMAGE_MEDIA_TYPES.map((type) => [type, { schema: {} }]);
  return {
    "application/json": { schema: bodiesByInput[input], examples: jsonExamples(input) },
    "multipart/form-data": { schema: answerBody },
    "application/x-www-form-urlencoded": { schema: answerFields },
    ...Object.fromEntries(images),
  };
}

/** Returns the response bodies of a task, in every form. */
function answerContent({ answers }: TaskRow) {
  const drawings = Object.entries(drawingSchemas).map(([type, schema]) => [type, { schema }]);
  return {
    "application/json": { schema: jsonForms(answers) },
    [EVENT_STREAM_MEDIA_TYPE]: { schema: eventStreamSchema },
    ...Object.fromEntries(drawings),
  };
}

/** Returns the operation of one task, generated from its row. */
export function taskOperation(row: TaskRow, hasAccounts = false) {
  return {
    method: "post",
    path: taskPath(row.name),
    operationId: operationId(row.name),
    tags: [tags.tasks.name],
    summary: row.summary,
    description:
      "Send the image as the body and the options in the query, or both in one JSON object or one form. If an option is in both the query and the body, the value in the body is used. In JSON, null means that an option is not set; in a query or a form, a blank value does. A body may be compressed (`Content-Encoding`: gzip or deflate).",
    request: {
      query: queryParameters(row.input),
      headers: answerRequestHeadersFor(hasAccounts),
      body: { required: true, content: requestContent(row) },
    },
    responses: {
      200: { description: "The answer", headers: answerHeadersFor(hasAccounts), content: answerContent(row) },
      202: acceptedResponse,
      304: { description: "Not modified: you already have this answer", headers: answerHeadersFor(hasAccounts) },
      414: {
        description:
          "The URL is too long for the platform, which rejects the request itself: send long options in the body",
      },
      ...problemResponses("Task", hasAccounts),
    },
  } satisfies RouteConfig;
}
