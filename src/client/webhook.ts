import {
  readSecret,
  SIGNATURE_TOLERANCE_SECONDS,
  type SignatureFault,
  signatureFault,
  type WebhookHeaders,
} from "../webhooks/signature.ts";
import type { Job, JobEvent, WebhookEvent } from "./contract.ts";
import { FlorenceError } from "./florence-error.ts";
import { isFields } from "../inference/protocol/fields.ts";
import { parseJson } from "./json.ts";

/** The end of a job that was asked for with `format: "flat"`: its own fields, those of its problem (empty without one) and those of its answer, on one level. */
export interface FlatJobEvent extends Pick<JobEvent, "type" | "timestamp"> {
  readonly data?: undefined;
  readonly id: string;
  readonly status: Job["status"];
  readonly task: string;
  /** Where the job is. */
  readonly url: string;
  readonly code: string;
  readonly fix: string;
  readonly result_omitted: boolean;
  readonly [field: string]: unknown;
}

/** What a webhook is told. */
export type ReceivedEvent = WebhookEvent | FlatJobEvent;

/** Headers as `fetch` has them, or as Node's and most frameworks' objects do. */
export type ReceivedHeaders =
  | { readonly get: (name: string) => string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Options of `verifyWebhook`. */
export interface VerifyOptions {
  /** How old an event may be, and how far ahead its sender's clock, in seconds; 300 by default. */
  readonly toleranceSeconds?: number | undefined;
  /** Replaces the clock, for tests: milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

const faults: Readonly<Record<SignatureFault, string>> = {
  incomplete: "The request has no signature: webhook-id, webhook-timestamp or webhook-signature is missing.",
  wrong: "The signature is of another body or another secret.",
  expired: "The request was signed too long ago, or after now.",
};

function invalid(detail: string): FlorenceError {
  return new FlorenceError("webhook-invalid", detail);
}

function headerOf(headers: ReceivedHeaders, name: keyof WebhookHeaders): string {
  if (typeof headers.get === "function") return headers.get(name) ?? "";
  const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof entry === "string" ? entry : "";
}

function secretsOf(given: string | readonly string[]) {
  return [given].flat().map((text) => {
    const secret = readSecret(text);
    if (secret !== undefined) return secret;
    throw new FlorenceError("invalid-request", "A secret is not one of a webhook.", {
      fix: "Give the secret as the API showed it: `whsec_…`.",
    });
  });
}

/** Checks only that the value is an event; the rest is trusted, since the API has signed it. */
function isEvent(value: unknown): value is ReceivedEvent {
  return isFields(value) && typeof value["type"] === "string" && typeof value["timestamp"] === "string";
}

/**
 * Checks that a request is from the API, as Standard Webhooks says, and returns its event. `body` is the body as it arrived, not parsed: `await request.text()`. `secret` may be
 * several, while one replaces the other. Rejects with `webhook-invalid`. An event may come again with the same `webhook-id`.
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: ReceivedHeaders,
  secret: string | readonly string[],
  { toleranceSeconds = SIGNATURE_TOLERANCE_SECONDS, now = Date.now }: VerifyOptions = {},
): Promise<ReceivedEvent> {
  const signed = {
    "webhook-id": headerOf(headers, "webhook-id"),
    "webhook-timestamp": headerOf(headers, "webhook-timestamp"),
    "webhook-signature": headerOf(headers, "webhook-signature"),
  };
  const fault = await signatureFault(body, signed, { secrets: secretsOf(secret), nowMs: now(), toleranceSeconds });
  if (fault !== undefined) throw invalid(faults[fault]);
  const event = parseJson(typeof body === "string" ? body : new TextDecoder().decode(body));
  if (!isEvent(event)) throw invalid("The body is not an event.");
  return event;
}
