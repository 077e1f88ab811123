import type { TaskRow } from "../../src/contract/service.ts";
import { flatAnswerSchema, requiredOptions, simpleOptions, simpleProblemSchema } from "./simple-options.ts";
import { operationId } from "../../src/contract/task-operations.ts";
import { ACTIONS_PREFIX, FILES } from "../../src/openai/paths.ts";

import { ORIGIN } from "../../src/site/documents.ts";

/** A task as the document needs it. */
type DocumentTask = Pick<TaskRow, "name" | "input" | "summary">;

/** How ChatGPT knows the parameter of files: by its name. It sends objects, and wants texts here. */
const files = {
  type: "array",
  items: { type: "string" },
  maxItems: 1,
  description: "The user's image: exactly one JPEG, PNG, WebP or GIF.",
};

function reply(description: string, name: string) {
  return { description, content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } } };
}

function operation({ name, input, summary }: DocumentTask) {
  const image = { type: "string", description: "The image's https URL, if the user gave no file." };
  const schema = {
    type: "object",
    properties: { [FILES]: files, image, ...simpleOptions(input) },
    required: requiredOptions[input],
  };
  return {
    operationId: operationId(name),
    summary,
    // It only reads, so nobody is asked before each call.
    "x-openai-isConsequential": false,
    requestBody: { required: true, content: { "application/json": { schema } } },
    responses: { 200: reply("The answer", "FlatAnswer"), default: reply("What went wrong, and what to do", "Problem") },
  };
}

/**
 * The document of the actions for a GPT: OpenAPI 3.1, below ChatGPT's limits (30 operations, 300 characters of a description, 100,000 of the whole). The API puts its own address in the place of `ORIGIN`.
 */
export function actionsDocument(tasks: readonly DocumentTask[], { hasAccounts }: { readonly hasAccounts: boolean }) {
  const paths = tasks.map((task) => [ACTIONS_PREFIX + task.name, { post: operation(task) }] as const);
  const bearer = { type: "http", scheme: "bearer" } as const;
  return {
    openapi: "3.1.0",
    info: { title: "florence-edge", version: "1", description: "Florence-2: what is in an image, and where." },
    servers: [{ url: ORIGIN }],
    ...(hasAccounts ? { security: [{ key: [] }] } : {}),
    paths: Object.fromEntries(paths),
    components: {
      schemas: { FlatAnswer: flatAnswerSchema(), Problem: simpleProblemSchema() },
      ...(hasAccounts ? { securitySchemes: { key: bearer } } : {}),
    },
  };
}
