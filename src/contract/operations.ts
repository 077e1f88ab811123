import type { RouteConfig } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import { answersByType, Model } from "./answers.ts";
import { servicePaths } from "./paths.ts";
import { requestIdHeader, requestIdParameter } from "./problem-details.ts";
import type { ProblemGroup } from "./problem-groups.ts";
import { problemResponses } from "./problem-responses.ts";
import { InputKind } from "./requests.ts";
import { tags } from "./tags.ts";

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

/** The models of an API. */
export const ModelList = z
  .object({
    models: z.array(
      Model.extend({
        domain: z.string().meta({
          description: "What the model can be asked about and what not, in English; empty if nothing is known.",
        }),
        image_size: z.int().positive(),
      }),
    ),
  })
  .meta({ id: "ModelList" });

const Health = z.object({ status: z.literal("ok") }).meta({ id: "Health" });
const OpenApi = z.looseObject({ openapi: z.string() });

interface GetOperation<Schema> {
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly schema: Schema;
  readonly problems?: ProblemGroup;
}

function get<Schema extends z.ZodType>({
  path,
  id,
  summary,
  description,
  schema,
  problems = "Service",
}: GetOperation<Schema>) {
  return {
    method: "get",
    path,
    operationId: id,
    tags: [tags.service.name],
    summary,
    description,
    request: { headers: z.object(requestIdParameter) },
    responses: {
      200: { description: summary, headers: requestIdHeader, content: { "application/json": { schema } } },
      ...problemResponses(problems),
    },
  } satisfies RouteConfig;
}

/** The operations that are not tasks, by the name of their handler. */
export const operations = {
  health: get({
    path: servicePaths.health,
    id: "health",
    summary: "The process responds",
    description: "For load balancers: checks only that the process responds.",
    schema: Health,
  }),
  ready: get({
    path: servicePaths.ready,
    id: "ready",
    summary: "The model can answer",
    description: "Loads the model, or asks the backend. The first call after a start may take seconds.",
    schema: Health,
    problems: "Model",
  }),
  tasks: get({
    path: servicePaths.tasks,
    id: "listTasks",
    summary: "The tasks, with the input and answer types of each",
    description: "Each name is also a path: POST /v1/<name>.",
    schema: TaskList,
  }),
  models: get({
    path: servicePaths.models,
    id: "listModels",
    summary: "The models that the API serves",
    description: "A deployment has one. Answers name it, with its revision.",
    schema: ModelList,
    problems: "Model",
  }),
  openApi: get({
    path: servicePaths.openApi,
    id: "openApi",
    summary: "This document",
    description: "OpenAPI 3.1, for client generators and other tools.",
    schema: OpenApi,
  }),
} as const;
