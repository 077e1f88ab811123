import * as z from "zod";
import { Next, orNull, pageParameters } from "./account-fields.ts";
import { MAX_URL_CHARACTERS } from "./request-limits.ts";

/** Most webhooks of an account: each gets every event, so they multiply what is sent. */
export const MAX_WEBHOOKS = 10;

/** How long a receiver may take to answer, in seconds: what Standard Webhooks recommends. */
export const ATTEMPT_SECONDS = 15;

/** Largest event, in bytes: receivers refuse large bodies, and most hosts' limits are above this. The result of a larger one is left out. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** How long a secret signs beside the one that replaces it, in seconds. */
export const SECRET_OVERLAP_SECONDS = 24 * 60 * 60;

/** How long a receiver that fails is tried, in seconds since the event. */
export const DELIVERY_SECONDS = 24 * 60 * 60;

/** How long a delivery is listed after its end, in seconds: a failure of Friday night is there on Monday. */
export const KEPT_DELIVERY_SECONDS = 3 * 24 * 60 * 60;

/** What webhooks are told of. */
export const eventTypes = [
  "job.succeeded",
  "job.failed",
  "job.cancelled",
  "batch.completed",
  "batch.failed",
  "batch.expired",
  "batch.cancelled",
] as const;

/** The type of the event that is sent on demand. */
export const TEST_EVENT = "webhook.test";

const EventName = z.enum(eventTypes, `Send some of ${eventTypes.join(", ")}.`);
/** The type of an event that webhooks ask for. */
export type EventType = z.infer<typeof EventName>;

/** Why an attempt was no success. A stable code; the table tells what each means. */
export const attemptErrors = {
  status: "The receiver answered with another status than 2xx.",
  redirect: "The receiver answered with a redirect, which is not followed.",
  gone: "The receiver answered 410: nothing more is sent to this address.",
  timeout: `The receiver did not answer within ${ATTEMPT_SECONDS} seconds.`,
  unreachable: "There was no connection, or it broke.",
  "unknown-host": "The name of the receiver's host does not exist.",
  refused: "The address is not on the public network, or is no https URL.",
  disabled: "The webhook was removed or switched off before it was told.",
  "job-deleted": "The job was deleted before its end could be told.",
  "not-sent": "The event could not be read from this service's own storage.",
} as const satisfies Readonly<Record<string, string>>;
/** The code of an attempt that was no success. */
export type AttemptError = keyof typeof attemptErrors;

const attemptErrorNames = Object.keys(attemptErrors).filter((name): name is AttemptError =>
  Object.hasOwn(attemptErrors, name),
);

/** The states of a delivery. */
export const DeliveryStatus = z.enum(["pending", "delivered", "failed"]).meta({ id: "DeliveryStatus" });
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

const Moment = z.string().meta({ description: "UTC, as in 2026-12-01T00:00:00.000Z." });

const WebhookUrl = z
  .string("Send an https URL.")
  .trim()
  .min(1, "Send an https URL.")
  .max(MAX_URL_CHARACTERS, `Send at most ${MAX_URL_CHARACTERS} characters.`)
  .meta({
    description: "An https URL of the public network, on port 443.",
    example: "https://receiver.example.com/florence",
  });

/** A webhook of an account. */
export const Webhook = z
  .object({
    id: z.string().meta({ example: "whk_7QkPz2mB0VtXyJw4" }),
    url: z.string(),
    events: z.array(EventName).meta({ description: "The types of events that it gets." }),
    created_at: Moment,
    disabled_at: orNull(Moment).meta({
      description:
        "When it was switched off, because it answered 410; null: it is on. Create it again to switch it on.",
    }),
  })
  .meta({ id: "Webhook" });
export type Webhook = z.infer<typeof Webhook>;

/** The webhooks of an account. */
export const WebhookList = z.object({ webhooks: z.array(Webhook) }).meta({ id: "WebhookList" });

/** The body that creates a webhook. */
export const NewWebhookBody = z
  .strictObject({
    url: WebhookUrl,
    events: z
      .array(EventName)
      .min(1, "Send at least one type of event, or leave `events` out.")
      .max(eventTypes.length)
      .optional()
      .meta({ description: "The types of events that it gets; all if left out." }),
  })
  .meta({ id: "NewWebhook" });

/** A new secret. */
export const WebhookSecretReply = z
  .object({
    secret: z
      .string()
      .meta({ description: "`whsec_…`: shown only here. Receivers verify with it.", format: "password" }),
    others_end_at: orNull(Moment).meta({
      description: "Until when events are signed with the secrets before it as well; null if there was none.",
    }),
  })
  .meta({ id: "WebhookSecret" });

/** The body that asks for a test event. */
export const WebhookTestBody = z
  .strictObject({
    url: WebhookUrl.optional(),
    webhook: z.string().optional().meta({ description: "The id of a webhook, in the place of `url`." }),
  })
  .refine(({ url, webhook }) => (url === undefined) !== (webhook === undefined), {
    error: "Send either `url` or `webhook`.",
  })
  .meta({ id: "WebhookTest" });

/** How an event is told to one address. */
export const Delivery = z
  .object({
    id: z
      .string()
      .meta({ description: "The event's id: `webhook-id` of each attempt.", example: "msg_2b7hQe0XkFvT9aLrWz4NcD" }),
    type: z.enum([...eventTypes, TEST_EVENT]),
    url: z.string(),
    job: orNull(z.string()).meta({ description: "The id of the job or batch; null for a test." }),
    status: DeliveryStatus,
    attempts: z.int().nonnegative().meta({ description: "Attempts that were begun." }),
    next_attempt_at: orNull(Moment).meta({
      description: "When it is told again at the latest; null once it has ended.",
    }),
    last_status: orNull(z.int()).meta({ description: "HTTP status of the last answer; null if there was none." }),
    last_error: orNull(z.enum(attemptErrorNames)).meta({
      description: `Why the last attempt was no success; null if it was one, or none has ended. ${attemptErrorNames.map((name) => `\`${name}\`: ${attemptErrors[name]}`).join(" ")}`,
    }),
    created_at: Moment,
  })
  .meta({ id: "WebhookDelivery" });
export type Delivery = z.infer<typeof Delivery>;

/** A page of deliveries, newest first. */
export const DeliveryList = z.object({ deliveries: z.array(Delivery), next: Next }).meta({ id: "WebhookDeliveryList" });

/** The query of the list of deliveries. */
export const DeliveryQuery = z.strictObject({
  job: z
    .string()
    .max(100, "Send the id of a job or batch.")
    .optional()
    .meta({ description: "Only those of this job or batch. Needed where there are no accounts." }),
  ...pageParameters,
});
