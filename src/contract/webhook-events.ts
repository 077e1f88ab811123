import type { OpenAPIRegistry } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import { Job } from "./jobs.ts";
import { tags } from "./tags.ts";
import { ATTEMPT_SECONDS, eventTypes, MAX_EVENT_BYTES, TEST_EVENT } from "./webhooks.ts";

const timestamp = z.string().meta({ description: "When it happened, in UTC. The same in each attempt." });

/** The end of a job, as receivers get it. */
const JobEvent = z
  .object({
    type: z.enum(["job.succeeded", "job.failed", "job.cancelled"]),
    timestamp,
    data: Job.extend({
      result_omitted: z.boolean().meta({
        description: `Whether \`result\` was left out, because the event would have more than ${MAX_EVENT_BYTES / 1024} KiB: it is at \`urls.get\`.`,
      }),
    }),
  })
  .meta({ id: "JobEvent" });

/** Any event, as receivers get it; `data` of a batch's has the whole batch. Not the flat form, which has the fields of a job and of a flat answer on one level. */
const WebhookEvent = z
  .union([
    JobEvent,
    z.object({
      type: z.enum(eventTypes).exclude(JobEvent.shape.type.options),
      timestamp,
      data: z.object({ id: z.string() }),
    }),
    z.object({ type: z.literal(TEST_EVENT), timestamp, data: z.object({ url: z.string() }) }),
  ])
  .meta({ id: "WebhookEvent" });

const header = (description: string) => z.string().meta({ description });

/** Adds to a registry what is sent to receivers. */
export function registerWebhookEvents(registry: OpenAPIRegistry): void {
  registry.registerWebhook({
    method: "post",
    path: "event",
    operationId: "receiveEvent",
    tags: [tags.webhooks.name],
    summary: "What your receiver gets",
    description:
      "Signed as Standard Webhooks has it. The same event may arrive more than once, with the same `webhook-id`. If the job was asked for with `format=flat`, the body has one level.",
    request: {
      headers: z.object({
        "webhook-id": header("The event's id: the same in each attempt."),
        "webhook-timestamp": header("When this attempt was signed, in seconds since 1970."),
        "webhook-signature": header("`v1,…`; several, separated by spaces, while one secret replaces another."),
      }),
      body: { required: true, content: { "application/json": { schema: WebhookEvent } } },
    },
    responses: {
      204: { description: `Taken, as with any 2xx within ${ATTEMPT_SECONDS} seconds. Otherwise it is sent again.` },
      410: { description: "Nothing more is sent to this address." },
    },
  });
}
