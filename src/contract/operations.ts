import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { answersByType } from "./answers.ts";
import { problemResponses } from "./problem-details.ts";
import { bodiesByInput, optionsByInput } from "./requests.ts";
import type { TaskRow } from "./service.ts";

/** Media types of an image sent as the body itself. */
export const IMAGE_MEDIA_TYPES = ["image/jpeg", "image/png"] as const;

const TaskList = z
  .object({
    tasks: z.array(
      z.object({
        name: z.string(),
        path: z.string(),
        summary: z.string(),
        input: z.enum(["none", "text", "labels", "region"]),
        answers: z.array(z.enum(["text", "boxes", "quads", "polygons"])),
      }),
    ),
  })
  .meta({ id: "TaskList" });

const ModelList = z
  .object({
    models: z.array(
      z.object({ id: z.string(), revision: z.string(), dtype: z.string(), image_size: z.int().positive() }),
    ),
  })
  .meta({ id: "ModelList" });

const Health = z.object({ status: z.literal("ok") }).meta({ id: "Health" });

function get<Schema extends z.ZodType>(path: string, id: string, summary: string, schema: Schema) {
  return createRoute({
    method: "get",
    path,
    operationId: id,
    summary,
    responses: {
      200: { description: summary, content: { "application/json": { schema } } },
      ...problemResponses(["internal", "misconfigured", "model-corrupt", "model-unavailable"]),
    },
  });
}

/** The operations that are not tasks, by the name of their handler. */
export const operations = {
  health: get("/healthz", "health", "The process answers", Health),
  ready: get("/readyz", "ready", "The model is loaded and can answer", Health),
  tasks: get("/v1/tasks", "listTasks", "The tasks, what each takes and gives", TaskList),
  models: get("/v1/models", "listModels", "The models that answer", ModelList),
} as const;

/** `object-detection` → `objectDetection`: the operation's id and the client's method. */
export function operationId(task: string): string {
  return task.replace(/-(?<letter>.)/gu, (_, letter: string) => letter.toUpperCase());
}

/** Where a task is asked. */
export function taskPath(task: string): string {
  return `/v1/${task}`;
}

function answerSchema(row: TaskRow): z.ZodType {
  const [first, ...others] = row.answers.map((type) => answersByType[type]);
  if (first === undefined) return z.never();
  return others.length === 0 ? first : z.discriminatedUnion("type", [first, ...others]);
}

/** What a task can fail with. */
const taskProblems = [
  "invalid-json",
  "invalid-request",
  "image-required",
  "invalid-base64",
  "text-required",
  "region-required",
  "region-outside-image",
  "body-too-large",
  "image-too-many-pixels",
  "unsupported-media-type",
  "unsupported-image",
  "image-corrupt",
  "prompt-too-long",
  "internal",
  "misconfigured",
  "model-corrupt",
  "model-unavailable",
  "overloaded",
] as const;

/** The operation of one task, drawn from its row. */
export function taskOperation(row: TaskRow) {
  const images = IMAGE_MEDIA_TYPES.map((type) => [type, { schema: { type: "string" as const, format: "binary" } }]);
  return createRoute({
    method: "post",
    path: taskPath(row.name),
    operationId: operationId(row.name),
    summary: row.summary,
    description: "Send the image as the body and the options in the query, or both in one JSON object.",
    request: {
      query: z.object(optionsByInput[row.input].shape).partial(),
      body: {
        required: true,
        content: { "application/json": { schema: bodiesByInput[row.input] }, ...Object.fromEntries(images) },
      },
    },
    responses: {
      200: { description: "The answer", content: { "application/json": { schema: answerSchema(row) } } },
      ...problemResponses(taskProblems),
    },
  });
}
