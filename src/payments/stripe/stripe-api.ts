import { excerpt } from "../../bytes/excerpt.ts";
import { readStream } from "../../bytes/read-stream.ts";
import { type Fields, formBody } from "./form-body.ts";
import { stripeSchemas } from "./stripe-objects.ts";

/** The version of Stripe's API whose requests and replies this room knows: that of the SDK which checks them in tests. Events have the version of their endpoint. */
export const STRIPE_VERSION = "2026-10-28.endive";

/** How long a request to Stripe may take, in milliseconds: its slowest ones ask a card's bank, and take some seconds. */
export const STRIPE_TIMEOUT_MS = 20_000;

/** The most bytes of a reply: a page of a hundred refunds has some 150 KB. */
const MAX_REPLY_BYTES = 1024 * 1024;

/** What reaches Stripe. */
export interface StripeApiOptions {
  /** `https://api.stripe.com`, or a double of it in tests; without a slash at the end. */
  readonly apiUrl: string;
  readonly secretKey: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Creates a signal that is aborted after the given time, as `AbortSignal.timeout` does. */
  readonly timeout: (milliseconds: number) => AbortSignal;
}

/** A request to Stripe. */
export interface StripeRequest {
  readonly method: "GET" | "POST";
  /** With the slash, and the query of a GET. */
  readonly path: string;
  readonly fields?: Fields;
  /** Under which Stripe does a POST once, within 24 hours at least. */
  readonly idempotencyKey?: string | undefined;
}

/** Sends a request, and returns the reply of a success. Throws `StripeError`. */
export type AskStripe = (request: StripeRequest) => Promise<unknown>;

/** Why a request had no success. */
export class StripeError extends Error {
  override readonly name = "StripeError";
  /** Undefined if there was no reply that can be read: whether anything was done is then not known. */
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly code: string | undefined;

  constructor(message: string, told: { status?: number; type?: string; code?: string; cause?: unknown } = {}) {
    super(message, { cause: told.cause });
    this.status = told.status;
    this.type = told.type;
    this.code = told.code;
  }

  /** Whether the same request may have a success later: no reply, a fault of Stripe, too many requests, or an equal request in progress (409). */
  get isPassing(): boolean {
    const { status } = this;
    return status === undefined || status >= 500 || status === 429 || status === 409;
  }
}

async function replyOf(response: Response, signal: AbortSignal): Promise<unknown> {
  const bytes =
    response.body === null ? undefined : await readStream(response.body, { maxBytes: MAX_REPLY_BYTES, signal });
  return JSON.parse(new TextDecoder().decode(bytes));
}

function errorOf(status: number, reply: unknown): StripeError {
  const { message, type, code } = stripeSchemas().failure.safeParse(reply).data?.error ?? {};
  const said = { status, ...(type !== undefined && { type }), ...(code !== undefined && { code }) };
  return new StripeError(`Stripe answered ${status}: ${excerpt(message ?? "without a reason")}`, said);
}

/** Returns what asks Stripe's API: plain requests, one attempt each. */
export function createStripeApi({ apiUrl, secretKey, fetch, timeout }: StripeApiOptions): AskStripe {
  return async ({ method, path, fields, idempotencyKey }) => {
    const signal = timeout(STRIPE_TIMEOUT_MS);
    const headers = {
      authorization: `Bearer ${secretKey}`,
      "stripe-version": STRIPE_VERSION,
      ...(fields && { "content-type": "application/x-www-form-urlencoded" }),
      ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
    };
    // A redirect would carry the key elsewhere.
    const init: RequestInit = {
      method,
      headers,
      signal,
      redirect: "manual",
      ...(fields && { body: formBody(fields) }),
    };
    let response: Response;
    let reply: unknown;
    try {
      response = await fetch(`${apiUrl}${path}`, init);
      reply = await replyOf(response, signal);
    } catch (cause) {
      throw new StripeError("Stripe did not answer, or with something that is no JSON.", { cause });
    }
    if (response.ok) return reply;
    throw errorOf(response.status, reply);
  };
}
