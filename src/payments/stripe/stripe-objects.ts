import * as z from "zod";
import { isAccountId } from "../../accounts/key-codec.ts";
import { MAX_AMOUNT } from "../../contract/micro-usd.ts";

/** The names of what this service writes on payments: an operator's Stripe account has payments for other things as well. */
export const ACCOUNT_METADATA = "florence_edge_account";
export const AMOUNT_METADATA = "florence_edge_amount";

/** What objects are made of. An id becomes a part of a path and the reference of an entry. Amounts are whole US cents where `currency` is `usd`. */
function makeParts() {
  return {
    id: z.string().regex(/^\w{3,200}$/u),
    cents: z.int().min(0),
    currency: z.string(),
    text: z.string().optional().catch(undefined),
  };
}

type Parts = ReturnType<typeof makeParts>;

/** What is paid, and what goes back. */
function moneySchemas({ id, cents, currency }: Parts) {
  const refund = z.object({ id, amount: cents, currency, payment_intent: id.nullish(), status: z.string().nullish() });
  return {
    /** A payment; `amount_received` is what has arrived: all of it, where a payment that has succeeded does not say it. */
    payment: z.object({
      id,
      amount: cents,
      amount_received: cents.optional(),
      currency,
      metadata: z.unknown(),
      status: z.string().optional(),
      setup_future_usage: z.string().nullish().catch(undefined),
      customer: id.nullish().catch(undefined),
      payment_method: id.nullish().catch(undefined),
    }),
    /** A payment that was just asked for. */
    newPayment: z.object({ id, status: z.string() }),
    /** Money that was taken from a card. */
    charge: z.object({ id }),
    /** Money that goes back; `failed` and `canceled` say that it does not. */
    refund,
    /** A page of refunds. */
    refundList: z.object({ data: z.array(refund), has_more: z.boolean() }),
    /** A payer's objection to a payment. `warning_…` are inquiries, for which Stripe takes nothing. */
    dispute: z.object({ id, amount: cents, currency, payment_intent: id.nullish(), status: z.string() }),
  };
}

/** Pages on which something is paid. */
function sessionSchemas({ id, cents, currency }: Parts) {
  return {
    /** One that an event tells of; `amount_total` is with tax. */
    session: z.object({
      id,
      mode: z.string(),
      payment_status: z.string(),
      payment_intent: id.nullish(),
      amount_total: cents.nullish(),
      currency: currency.nullish(),
      metadata: z.unknown(),
    }),
    /** One that was just opened. */
    newSession: z.object({
      id: z.string(),
      url: z.url().nullish(),
      status: z.enum(["open", "complete", "expired"]).nullish(),
      expires_at: z.number().nullish(),
    }),
  };
}

/** What stands around the objects. */
function otherSchemas({ text }: Parts) {
  return {
    metadata: z.object({
      [ACCOUNT_METADATA]: z.string().refine(isAccountId),
      [AMOUNT_METADATA]: z
        .string()
        .regex(/^[1-9]\d*$/u)
        .transform(Number)
        .pipe(z.int().max(MAX_AMOUNT)),
    }),
    /** An event. `object` is the object at the time of the event. */
    event: z.object({
      id: z.string(),
      type: z.string(),
      livemode: z.boolean(),
      data: z.object({ object: z.unknown() }),
    }),
    failure: z.object({ error: z.object({ message: text, type: text, code: text }) }),
  };
}

function makeSchemas() {
  const parts = makeParts();
  return { ...moneySchemas(parts), ...sessionSchemas(parts), ...otherSchemas(parts) };
}

type Schemas = ReturnType<typeof makeSchemas>;

let made: Schemas | undefined;

/** The schemas, made when they are first used: most deployments sell nothing, and all of them start. */
export function stripeSchemas(): Schemas {
  return (made ??= makeSchemas());
}

/** A payment at Stripe. */
export type PaymentIntent = z.infer<Schemas["payment"]>;
/** A refund at Stripe. */
export type Refund = z.infer<Schemas["refund"]>;
/** A dispute at Stripe. */
export type Dispute = z.infer<Schemas["dispute"]>;
/** An event of Stripe. */
export type StripeEventBody = z.infer<Schemas["event"]>;

/** The cents that have arrived of a payment. */
export function centsReceived({ amount, amount_received: received, status }: PaymentIntent): number {
  return received ?? (status === "succeeded" ? amount : 0);
}
