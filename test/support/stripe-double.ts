import type { StripeApiOptions } from "../../src/payments/stripe/stripe-api.ts";

/** A request that Stripe got: its form's fields by their names. */
export interface SentToStripe {
  readonly method: string;
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: Headers;
}

/** What a double of Stripe answers: a body, or a status with one. */
export type StripeReply = (sent: SentToStripe) => Response | Promise<Response>;

/** The secret of the endpoint in tests. */
export const WEBHOOK_SECRET = "whsec_of_tests";

/** A double of Stripe's API, as `fetch` reaches it. */
export function stripeDouble(first: StripeReply) {
  let reply = first;
  const sent: SentToStripe[] = [];
  const options: StripeApiOptions = {
    apiUrl: "https://stripe.test",
    secretKey: "sk_live_tests",
    timeout: () => new AbortController().signal,
    fetch: async (url, { method = "GET", headers, body }) => {
      const { pathname, search } = new URL(url);
      const text = typeof body === "string" ? body : "";
      const request = {
        method,
        path: pathname + search,
        fields: Object.fromEntries(new URLSearchParams(text)),
        headers: new Headers(headers),
      };
      sent.push(request);
      return reply(request);
    },
  };
  /** Answers in another way from now on. */
  const answer = (next: StripeReply): void => void (reply = next);
  return { sent, options, answer };
}

/** An error of Stripe. */
export function stripeError(status: number, error: object): Response {
  return Response.json({ error }, { status });
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The header of an event that Stripe has signed at a time, in seconds. Written by another way than the one that is tested: a signature, not its check. */
export async function signatureOf(body: string, seconds: number, secret = WEBHOOK_SECRET): Promise<string> {
  const key = await crypto.subtle.importKey("raw", encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return `t=${seconds},v1=${hex(await crypto.subtle.sign("HMAC", key, encode(`${seconds}.${body}`)))}`;
}

/** A payment of an account as Stripe has it. Amounts are cents. */
export function paymentOf(account: string, cents: number, more: object = {}) {
  return {
    id: "pi_1",
    object: "payment_intent",
    amount: cents,
    amount_received: cents,
    currency: "usd",
    status: "succeeded",
    metadata: { florence_edge_account: account, florence_edge_amount: String(cents * 10_000) },
    ...more,
  };
}

/** A paid Checkout Session of a payment. */
export function sessionOf(payment: ReturnType<typeof paymentOf>, more: object = {}) {
  const { amount, currency, metadata } = payment;
  const paid = { mode: "payment", payment_status: "paid", payment_intent: payment.id, amount_total: amount };
  return { id: "cs_1", object: "checkout.session", ...paid, currency, metadata, ...more };
}

/** An event's body. */
export function eventBody(type: string, object: object, more: object = {}): string {
  const id = `evt_${crypto.randomUUID().replaceAll("-", "")}`;
  return JSON.stringify({ id, object: "event", type, livemode: true, data: { object }, ...more });
}
