import type { RouteConfig } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import { KEY_HEADER_SCHEME, KEY_SCHEME } from "./account-operation.ts";
import { webhookPaths, WEBHOOKS_PATH } from "./paths.ts";
import { requestIdHeader, requestIdParameter } from "./problem-details.ts";
import type { ProblemGroup } from "./problem-groups.ts";
import { problemResponses } from "./problem-responses.ts";
import type { Scope } from "./scopes.ts";
import { tags } from "./tags.ts";
import {
  ATTEMPT_SECONDS,
  type Delivery,
  Delivery as DeliverySchema,
  DELIVERY_SECONDS,
  DeliveryList,
  DeliveryQuery,
  eventTypes,
  KEPT_DELIVERY_SECONDS,
  MAX_WEBHOOKS,
  NewWebhookBody,
  SECRET_OVERLAP_SECONDS,
  TEST_EVENT,
  type Webhook,
  Webhook as WebhookSchema,
  WebhookList,
  WebhookSecretReply,
  WebhookTestBody,
} from "./webhooks.ts";

const url = "https://receiver.example.com/florence";

const webhook: Webhook = {
  id: "whk_7QkPz2mB0VtXyJw4",
  url,
  events: [...eventTypes],
  created_at: "2026-12-01T08:30:00.000Z",
  disabled_at: null,
};

const delivery: Delivery = {
  id: "msg_2b7hQe0XkFvT9aLrWz4NcD",
  type: "job.succeeded",
  url,
  job: "job_3kTq9XfW0bYh2LsZ5cVn1A",
  status: "pending",
  attempts: 1,
  next_attempt_at: "2026-12-01T08:30:05.000Z",
  last_status: 500,
  last_error: "status",
  created_at: "2026-12-01T08:30:00.000Z",
};

/** An operation of webhooks. */
export interface WebhookOperation {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  /** What a key needs, where there are accounts. */
  readonly scope: Scope;
  readonly status: 200 | 201;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly reply: z.ZodType;
  readonly example: { readonly body?: object; readonly reply: object };
  readonly problems: ProblemGroup;
}

const hours = (seconds: number): string => `${seconds / 3600} hours`;
const needsAccount = "Only where there are accounts; without them, name the address with each request, as `webhook`.";

/** The operations of webhooks, by the name of their handler. */
export const webhookOperations = {
  list: {
    method: "GET",
    path: WEBHOOKS_PATH,
    id: "listWebhooks",
    summary: "List the account's webhooks",
    description: needsAccount,
    scope: "usage:read",
    status: 200,
    reply: WebhookList,
    example: { reply: { webhooks: [webhook] } },
    problems: "WebhookList",
  },
  create: {
    method: "POST",
    path: WEBHOOKS_PATH,
    id: "createWebhook",
    summary: "Create a webhook",
    description: `It is told the end of all jobs and batches of the account, with requests that are signed as Standard Webhooks has it. An account may have ${MAX_WEBHOOKS}. For an address that is there already, the types of its events are replaced, and it is switched on again. ${needsAccount}`,
    scope: "keys:write",
    status: 201,
    body: NewWebhookBody,
    reply: WebhookSchema,
    example: { body: { url }, reply: webhook },
    problems: "WebhookChange",
  },
  remove: {
    method: "DELETE",
    path: webhookPaths.one,
    id: "deleteWebhook",
    summary: "Remove a webhook",
    description: `It is told nothing more; the reply is what it was. ${needsAccount}`,
    scope: "keys:write",
    status: 200,
    reply: WebhookSchema,
    example: { reply: webhook },
    problems: "WebhookChange",
  },
  newSecret: {
    method: "POST",
    path: webhookPaths.secret,
    id: "createWebhookSecret",
    summary: "Make a new secret for the account's webhooks",
    description: `The reply is the only one that shows it. The secrets before it sign as well for ${hours(SECRET_OVERLAP_SECONDS)}: a request then has several signatures. Takes no body. ${needsAccount}`,
    scope: "keys:write",
    status: 201,
    reply: WebhookSecretReply,
    example: {
      reply: { secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", others_end_at: "2026-12-02T08:30:00.000Z" },
    },
    problems: "WebhookChange",
  },
  test: {
    method: "POST",
    path: webhookPaths.test,
    id: "testWebhook",
    summary: "Send a test event",
    description: `Sends \`${TEST_EVENT}\` once, now, and answers how it went, after ${ATTEMPT_SECONDS} seconds at the latest. ${needsAccount}`,
    scope: "keys:write",
    status: 200,
    body: WebhookTestBody,
    reply: DeliverySchema,
    example: {
      body: { url },
      reply: {
        ...delivery,
        type: TEST_EVENT,
        job: null,
        status: "delivered",
        next_attempt_at: null,
        last_status: 204,
        last_error: null,
      } satisfies Delivery,
    },
    problems: "WebhookChange",
  },
  deliveries: {
    method: "GET",
    path: webhookPaths.deliveries,
    id: "listWebhookDeliveries",
    summary: "List how events were told",
    description: `Newest first. An event is told again for ${hours(DELIVERY_SECONDS)} until its receiver answers 2xx, and listed for ${KEPT_DELIVERY_SECONDS / 86_400} days after that. Without accounts, name the job: whoever knows its id may see how its end was told.`,
    scope: "usage:read",
    status: 200,
    query: DeliveryQuery,
    reply: DeliveryList,
    example: { reply: { deliveries: [delivery], next: null } },
    problems: "DeliveryList",
  },
} as const satisfies Readonly<Record<string, WebhookOperation>>;

function webhookOperation(row: WebhookOperation, hasAccounts: boolean): RouteConfig {
  const { method, path, summary, description, scope, status, query, body, reply, example, problems } = row;
  const bodyExamples = example.body && { examples: { json: { value: example.body } } };
  return {
    method: ({ GET: "get", POST: "post", DELETE: "delete" } as const)[method],
    path,
    operationId: row.id,
    tags: [tags.webhooks.name],
    summary,
    description: hasAccounts ? `${description} The key needs the scope \`${scope}\`.` : description,
    ...(hasAccounts && { security: [{ [KEY_SCHEME]: [] }, { [KEY_HEADER_SCHEME]: [] }] }),
    request: {
      headers: z.object(requestIdParameter),
      ...(path === webhookPaths.one && {
        params: z.object({ webhook: z.string().meta({ description: "Id of the webhook." }) }),
      }),
      ...(query && { query }),
      ...(body && { body: { required: true, content: { "application/json": { schema: body, ...bodyExamples } } } }),
    },
    responses: {
      [status]: {
        description: summary,
        headers: requestIdHeader,
        content: { "application/json": { schema: reply, examples: { json: { value: example.reply } } } },
      },
      ...problemResponses(problems, hasAccounts),
    },
  };
}

/** Returns the operations of webhooks as the document describes them. */
export function webhookOperationsOf(hasAccounts: boolean): readonly RouteConfig[] {
  return Object.values(webhookOperations).map((row) => webhookOperation(row, hasAccounts));
}
