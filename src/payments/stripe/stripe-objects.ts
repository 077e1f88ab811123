import * as z from "zod";

/** The parts of Stripe's objects that are read. Amounts are whole US cents where `currency` is `usd`. */

/** An id becomes a part of a path and the reference of an entry. */
const Id = z.string().regex(/^\w{3,200}$/u);

const Currency = z.string();
const Cents = z.int().min(0);

/** A payment; `amount_received` is what has arrived: all of it, where a payment that has succeeded does not say it. */
export const PaymentIntent = z.object({
  id: Id,
  amount: Cents,
  amount_received: Cents.optional(),
  currency: Currency,
  metadata: z.unknown(),
  status: z.string().optional(),
  setup_future_usage: z.string().nullish().catch(undefined),
  customer: Id.nullish().catch(undefined),
  payment_method: Id.nullish().catch(undefined),
});
export type PaymentIntent = z.infer<typeof PaymentIntent>;

/** The cents that have arrived of a payment. */
export function centsReceived({ amount, amount_received: received, status }: PaymentIntent): number {
  return received ?? (status === "succeeded" ? amount : 0);
}

/** A page on which something is paid; `amount_total` is with tax. */
export const CheckoutSession = z.object({
  id: Id,
  mode: z.string(),
  payment_status: z.string(),
  payment_intent: Id.nullish(),
  amount_total: Cents.nullish(),
  currency: Currency.nullish(),
  metadata: z.unknown(),
});

/** Money that was taken from a card. */
export const Charge = z.object({ id: Id });

/** Money that goes back; `failed` and `canceled` say that it does not. */
export const Refund = z.object({
  id: Id,
  amount: Cents,
  currency: Currency,
  payment_intent: Id.nullish(),
  status: z.string().nullish(),
});
export type Refund = z.infer<typeof Refund>;

/** A page of refunds. */
export const RefundList = z.object({ data: z.array(Refund), has_more: z.boolean() });

/** A payer's objection to a payment. `warning_…` are inquiries, for which Stripe takes nothing. */
export const Dispute = z.object({
  id: Id,
  amount: Cents,
  currency: Currency,
  payment_intent: Id.nullish(),
  status: z.string(),
});
export type Dispute = z.infer<typeof Dispute>;

/** An event. `object` is the object at the time of the event. */
export const StripeEventBody = z.object({
  id: z.string(),
  type: z.string(),
  livemode: z.boolean(),
  data: z.object({ object: z.unknown() }),
});
export type StripeEventBody = z.infer<typeof StripeEventBody>;
