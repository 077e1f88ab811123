import type * as z from "zod";
import { paidFor } from "./paid-for.ts";
import { disputeMovement, type Movement, paymentMovement, refundMovement, topUpMovement } from "./movements.ts";
import type { AskStripe } from "./stripe-api.ts";
import { type PaymentIntent, type Refund, stripeSchemas, type StripeEventBody } from "./stripe-objects.ts";

/** Refunds of a page: the most that Stripe sends. */
const PAGE = 100;

/** Finds what an event means; nothing if it is not about credits. */
type ReadEvent = (event: StripeEventBody, ask: AskStripe) => Promise<readonly (Movement | undefined)[]>;

async function paymentOf(id: string, ask: AskStripe): Promise<PaymentIntent> {
  return stripeSchemas().payment.parse(await ask({ method: "GET", path: `/v1/payment_intents/${id}` }));
}

/** Reads the object of an event; one that is not as this room knows it is not about credits. */
function objectOf<Schema extends z.ZodType>(schema: Schema, { data }: StripeEventBody): z.infer<Schema> | undefined {
  return schema.safeParse(data.object).data;
}

const paymentSucceeded: ReadEvent = async (event) => {
  const payment = objectOf(stripeSchemas().payment, event);
  return [payment && paymentMovement(payment)];
};

const sessionCompleted: ReadEvent = async (event) => {
  const session = objectOf(stripeSchemas().session, event);
  const { payment_intent: payment, payment_status: status, metadata, currency, amount_total: total } = session ?? {};
  // A payment that takes days is completed before it is paid: then a later event says so.
  if (status !== "paid" || typeof payment !== "string") return [];
  const paid = paidFor(metadata, currency ?? "", total ?? 0);
  return paid === undefined ? [] : [topUpMovement(payment, paid)];
};

const refundChanged: ReadEvent = async (event, ask) => {
  const refund = objectOf(stripeSchemas().refund, event);
  if (typeof refund?.payment_intent !== "string") return [];
  return [refundMovement(await paymentOf(refund.payment_intent, ask), refund)];
};

async function refundsOf(charge: string, ask: AskStripe, after = ""): Promise<readonly Refund[]> {
  const query = new URLSearchParams({ charge, limit: String(PAGE), ...(after !== "" && { starting_after: after }) });
  const { data, has_more: hasMore } = stripeSchemas().refundList.parse(
    await ask({ method: "GET", path: `/v1/refunds?${query.toString()}` }),
  );
  const last = data.at(-1);
  return hasMore && last !== undefined ? [...data, ...(await refundsOf(charge, ask, last.id))] : data;
}

/** The event has only the sum of a charge's refunds; each of them is an entry of its own, so that no order of events matters. */
const chargeRefunded: ReadEvent = async (event, ask) => {
  const charge = objectOf(stripeSchemas().charge, event);
  const refunds = charge === undefined ? [] : await refundsOf(charge.id, ask);
  const payments = new Set(refunds.flatMap(({ payment_intent: payment }) => payment ?? []));
  const [id] = payments;
  if (id === undefined) return [];
  const payment = await paymentOf(id, ask);
  return refunds.map((refund) => refundMovement(payment, refund));
};

const disputeChanged: ReadEvent = async (event, ask) => {
  const dispute = objectOf(stripeSchemas().dispute, event);
  if (typeof dispute?.payment_intent !== "string") return [];
  return [disputeMovement(await paymentOf(dispute.payment_intent, ask), dispute, event.type)];
};

/** The kinds of events that are about money here. An endpoint at Stripe subscribes to these; of others, nothing is read. */
export const eventReaders: Readonly<Record<string, ReadEvent>> = {
  "payment_intent.succeeded": paymentSucceeded,
  "checkout.session.completed": sessionCompleted,
  "checkout.session.async_payment_succeeded": sessionCompleted,
  "charge.refunded": chargeRefunded,
  "refund.created": refundChanged,
  "refund.updated": refundChanged,
  "refund.failed": refundChanged,
  "charge.dispute.created": disputeChanged,
  "charge.dispute.updated": disputeChanged,
  "charge.dispute.funds_withdrawn": disputeChanged,
  "charge.dispute.funds_reinstated": disputeChanged,
  "charge.dispute.closed": disputeChanged,
};
