import type { RouteConfig } from "@asteasolutions/zod-to-openapi";
import type * as z from "zod";
import { AnalyzeAnswer, analyzeBodyFor } from "./analyze.ts";
import { answerHeadersFor, answerRequestHeadersFor } from "./answer-headers.ts";
import { BatchAnswer, batchBodyFor } from "./batch.ts";
import { acceptedResponse } from "./job-operations.ts";
import { ANALYZE_PATH, BATCH_PATH } from "./paths.ts";
import type { ProblemGroup } from "./problem-groups.ts";
import { problemResponses } from "./problem-responses.ts";
import { analyzeExamples, batchExamples } from "./request-examples.ts";
import type { TaskRow } from "./service.ts";
import { MAX_REQUEST_UNITS } from "./work-units.ts";
import { tags } from "./tags.ts";

/** The differences between the operations with several results. */
interface Several {
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly body: z.ZodType;
  readonly examples: ReturnType<typeof analyzeExamples | typeof batchExamples>;
  /** Noun for what each result belongs to, for the description: "task" or "item". */
  readonly each: string;
  readonly answer: z.ZodType;
  readonly problems: ProblemGroup;
  readonly hasAccounts: boolean;
}

function several({ path, id, summary, description, body, examples, each, answer, problems, hasAccounts }: Several) {
  return {
    method: "post",
    path,
    operationId: id,
    tags: [tags.several.name],
    summary,
    description,
    request: {
      headers: answerRequestHeadersFor(hasAccounts),
      body: { required: true, content: { "application/json": { schema: body, examples } } },
    },
    responses: {
      200: {
        description: `A result for each ${each}, in their order`,
        headers: answerHeadersFor(hasAccounts),
        content: { "application/json": { schema: answer } },
      },
      202: acceptedResponse,
      304: { description: "Not modified: you already have these results", headers: answerHeadersFor(hasAccounts) },
      ...problemResponses(problems, hasAccounts),
    },
  } satisfies RouteConfig;
}

/** Returns the operation for several tasks on one image. */
export function analyzeOperation(rows: readonly TaskRow[], hasAccounts = false) {
  return several({
    path: ANALYZE_PATH,
    id: "analyze",
    summary: "Run several tasks on one image",
    description: `The image is encoded once for all tasks with equal \`beams\` and \`max_new_tokens\`. Each task has its own result: an answer, or a problem; \`deadline-exceeded\` after two minutes. Together, the tasks may ask for ${MAX_REQUEST_UNITS} units of work. null means that an option is not set.`,
    body: analyzeBodyFor(rows),
    examples: analyzeExamples(rows),
    each: "task",
    answer: AnalyzeAnswer,
    problems: "Task",
    hasAccounts,
  });
}

/** Returns the operation for several tasks, each on its own image. */
export function batchOperation(rows: readonly TaskRow[], hasAccounts = false) {
  return several({
    path: BATCH_PATH,
    id: "batch",
    summary: "Run tasks on many images",
    description: `Each item is the JSON body of a task with the task's name. Each has its own result: an answer, or a problem; \`deadline-exceeded\` after two minutes. Together, the items may ask for ${MAX_REQUEST_UNITS} units of work. Cached answers are not generated again, and an image that several items share is encoded once. null means that an option is not set.`,
    body: batchBodyFor(rows),
    examples: batchExamples(rows),
    each: "item",
    answer: BatchAnswer,
    problems: "Batch",
    hasAccounts,
  });
}
