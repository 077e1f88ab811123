import { createRoute } from "@hono/zod-openapi";
import * as z from "zod";
import { answersByType, Model } from "./answers.ts";
import { problemResponses, requestIdHeader } from "./problem-details.ts";
import type { ProblemCode } from "./problems.ts";
import { InputKind } from "./requests.ts";

const TaskList = z
  .object({
    tasks: z.array(
      z.object({
        name: z.string(),
        path: z.string(),
        summary: z.string(),
        input: InputKind,
        answers: z.array(z.keyof(z.object(answersByType))),
      }),
    ),
  })
  .meta({ id: "TaskList" });

const ModelList = z
  .object({ models: z.array(Model.extend({ image_size: z.int().positive() })) })
  .meta({ id: "ModelList" });

const Health = z.object({ status: z.literal("ok") }).meta({ id: "Health" });
const OpenApi = z.looseObject({ openapi: z.string() });

/** What every operation that asks for the model can fail with. */
export const modelProblems = [
  "internal",
  "misconfigured",
  "model-corrupt",
  "model-unavailable",
  "overloaded",
  "backend-failed",
  "backend-unavailable",
  "backend-timeout",
] as const;

interface Read<Schema> {
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly schema: Schema;
  readonly fails?: readonly ProblemCode[];
}

function get<Schema extends z.ZodType>({ path, id, summary, schema, fails = ["internal"] }: Read<Schema>) {
  return createRoute({
    method: "get",
    path,
    operationId: id,
    summary,
    responses: {
      200: { description: summary, headers: requestIdHeader, content: { "application/json": { schema } } },
      ...problemResponses(fails),
    },
  });
}

/** The operations that are not tasks, by the name of their handler. */
export const operations = {
  health: get({ path: "/healthz", id: "health", summary: "The process answers", schema: Health }),
  ready: get({ path: "/readyz", id: "ready", summary: "The model can answer", schema: Health, fails: modelProblems }),
  tasks: get({ path: "/v1/tasks", id: "listTasks", summary: "The tasks, what each takes and gives", schema: TaskList }),
  models: get({
    path: "/v1/models",
    id: "listModels",
    summary: "The models that answer",
    schema: ModelList,
    fails: modelProblems,
  }),
  openApi: get({ path: "/openapi.json", id: "openApi", summary: "This document", schema: OpenApi }),
} as const;
