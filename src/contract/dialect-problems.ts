import { batchProblems } from "./batch-problems.ts";
import type { ProblemRow } from "./problem-row.ts";

/**
 * The rows of the problem table for requests in the dialects of others (`dialect.ts`): no operation of the OpenAPI document has one of them, and the
 * document lists none.
 */
export const dialectProblems = {
  "task-required": {
    status: 400,
    title: "The request names no task",
    retryable: false,
    fix: "Name the task in `model`, as in florence-2/caption, or begin the text with its token, as in <CAPTION>: the model answers tasks, not questions. GET /openai/v1/models lists all.",
  },
  "unknown-model": {
    status: 404,
    title: "There is no such model",
    retryable: false,
    fix: "Use a model that GET /openai/v1/models lists, such as florence-2/caption or florence-2/object-detection.",
  },
  "unsupported-parameter": {
    status: 400,
    title: "A parameter asks for something that Florence-2 cannot do",
    retryable: false,
    fix: "Leave it out, or send what is offered instead.",
  },
  "unsupported-schema": {
    status: 400,
    title: "The answer does not match the schema",
    retryable: false,
    fix: "Florence-2 cannot follow a schema: send the schema of its answer (/openapi.json) or one that the answer fits, or ask for `json_object`.",
  },
  ...batchProblems,
} as const satisfies Record<string, ProblemRow>;

/** Whether a problem occurs only in the dialects of others. */
export function isDialectProblem(code: string): code is keyof typeof dialectProblems {
  return Object.hasOwn(dialectProblems, code);
}
