import { OpenApiGeneratorV31, OpenAPIRegistry } from "@asteasolutions/zod-to-openapi";
import { operations } from "./operations.ts";
import { exampleProblems, sharedResponses } from "./problem-responses.ts";
import { type OpenApiDocument, type ResponseExamples, withResponseExamples } from "./response-examples.ts";
import { jobOperations } from "./job-operations.ts";
import type { WaysToPay } from "./payment-operations.ts";
import type { TaskRow } from "./service.ts";
import { registerAccounts, withAccounts } from "./with-accounts.ts";
import { withoutAccounts } from "./without-accounts.ts";
import { withoutDialects } from "./without-dialects.ts";
import { analyzeOperation, batchOperation } from "./several-operations.ts";
import { AnswerEvent, PaidAnswerEvent } from "./stream-events.ts";
import { IMAGE_UNITS, MAX_REQUEST_UNITS, promptUnits, TOKENS_PER_UNIT } from "./work-units.ts";
import { prepareUploadOperation, putUploadOperation } from "./upload-operations.ts";
import { tags } from "./tags.ts";
import { registerWebhookEvents } from "./webhook-events.ts";
import { webhookOperationsOf } from "./webhook-operations.ts";
import { taskOperation } from "./task-operations.ts";

const DESCRIPTION = `Florence-2 over HTTP: one image, one task name, one typed answer.

Send the image as the body with an \`image/*\` content type and options in the query, or everything in one JSON object or form. Coordinates come in pixels of your
image and in 0..1. Errors are RFC 9457 problems with a stable \`code\` and a \`fix\` that says what to do; all are listed at \`/errors\`. Every response carries \`X-Request-Id\`.
Any web page may call: CORS is open, and cookies are never used.

A request may ask for ${MAX_REQUEST_UNITS} units of work: a prompt has \`beams\` x \`max_new_tokens\` / ${TOKENS_PER_UNIT} units, rounded up (without them ${promptUnits({})}), each of several \`labels\`
is a prompt, and an image has ${IMAGE_UNITS}. More is the problem \`too-much-work\`. Callers share the model in turns.`;

/** What a deployment has besides answers. */
interface Extent {
  readonly hasAccounts: boolean;
  /** The ways to pay; undefined if there is none. */
  readonly ways?: WaysToPay | undefined;
}

/** Everything that the document describes. */
function registryOf(tasks: readonly TaskRow[], { hasAccounts, ways }: Extent): OpenAPIRegistry {
  const registry = new OpenAPIRegistry();
  for (const route of [
    ...tasks.map((row) => taskOperation(row, hasAccounts)),
    analyzeOperation(tasks, hasAccounts),
    batchOperation(tasks, hasAccounts),
    prepareUploadOperation(hasAccounts),
    putUploadOperation(),
    ...jobOperations(hasAccounts),
    ...webhookOperationsOf(hasAccounts),
    ...Object.values(operations),
  ]) {
    registry.registerPath(route);
  }
  registerWebhookEvents(registry);
  if (hasAccounts) registerAccounts(registry, ways);
  for (const [name, response] of Object.entries(sharedResponses(hasAccounts, ways !== undefined))) {
    registry.registerComponent("responses", name, response);
  }
  for (const [code, example] of Object.entries(exampleProblems({ hasAccounts, hasPayments: ways !== undefined }))) {
    registry.registerComponent("examples", code, example);
  }
  return registry;
}

/**
 * Returns the API contract as an OpenAPI 3.1 document. `examples` are the responses to the document's request examples. Without accounts, it has nothing
 * that only accounts have.
 */
export function openApiDocument(
  tasks: readonly TaskRow[],
  version: string,
  examples: ResponseExamples = {},
  extent: Extent = { hasAccounts: false },
): OpenApiDocument {
  const { hasAccounts, ways } = extent;
  const answerEvent = {
    type: "schema",
    schema: (hasAccounts ? PaidAnswerEvent : AnswerEvent).meta({ id: "AnswerEvent" }),
  } as const;
  const whole = new OpenApiGeneratorV31([...registryOf(tasks, extent).definitions, answerEvent]).generateDocument({
    openapi: "3.1.0",
    info: {
      title: "florence-edge",
      version,
      description: DESCRIPTION,
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/", description: "The deployment that serves this document" }],
    tags: Object.values(tags),
    security: [],
  });
  const document = withoutDialects(whole);
  return withResponseExamples(hasAccounts ? withAccounts(document, ways) : withoutAccounts(document), examples);
}
