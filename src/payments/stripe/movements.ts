import type { Credit } from "../../accounts/ledger-admin.ts";
import { MICRO_USD_PER_CENT } from "../../contract/top-ups.ts";
import { type PaidFor, paidFor } from "./paid-for.ts";
import { centsReceived, type Dispute, type PaymentIntent, type Refund } from "./stripe-objects.ts";

/** What an event means to an account: entries that must be there, whichever are there already. */
export interface Movement {
  readonly account: string;
  readonly credits: readonly Credit[];
  /** A card that was saved with the payment. */
  readonly saved?: { readonly customer: string; readonly card: string } | undefined;
}

/** The top-up of a payment. All events of one payment give the same entry, since its reference is the PaymentIntent's id. */
export function topUpMovement(paymentIntent: string, { account, credits }: PaidFor): Movement {
  return { account, credits: [{ kind: "top-up", ref: paymentIntent, amount: credits }] };
}

/**
 * The credits for a part of a payment's money, in micro-US-dollars: without tax, what was paid; with it, the share. Rounded down, so that parts never take more than the
 * whole. BigInt, since the product leaves the range of exact numbers.
 */
function creditsFor(cents: number, { credits, of }: { readonly credits: number; readonly of: number }): number {
  if (credits === of * MICRO_USD_PER_CENT) return cents * MICRO_USD_PER_CENT;
  return Number((BigInt(credits) * BigInt(cents)) / BigInt(of));
}

/** The same with the card that was saved, if one was: only the PaymentIntent says so. */
export function paymentMovement(payment: PaymentIntent): Movement | undefined {
  const paid = paidFor(payment.metadata, payment.currency, centsReceived(payment));
  if (paid === undefined) return undefined;
  const { customer, payment_method: card, setup_future_usage: usage } = payment;
  const isSaved = usage === "off_session" && typeof customer === "string" && typeof card === "string";
  return { ...topUpMovement(payment.id, paid), ...(isSaved && { saved: { customer, card } }) };
}

/** What goes back of a payment, and whether it has come again. */
interface Reversed {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly isTaken: boolean;
  readonly isReturned: boolean;
}

/**
 * The entries of a refund or dispute: one that takes the credits away, and one that gives them back if the money has come again. The second is never there without the first,
 * in whichever order events come.
 */
function reversalMovement(payment: PaymentIntent, reversed: Reversed): Movement | undefined {
  const { id, currency, isTaken, isReturned } = reversed;
  const paid = paidFor(payment.metadata, payment.currency, centsReceived(payment));
  if (paid === undefined || currency !== payment.currency || !isTaken) return undefined;
  const amount = creditsFor(reversed.amount, { credits: paid.credits, of: centsReceived(payment) });
  if (amount === 0) return undefined;
  const taken: Credit = { kind: "reversal", ref: id, amount: -amount };
  const returned: Credit = { kind: "reversal", ref: `${id}.returned`, amount };
  return { account: paid.account, credits: isReturned ? [taken, returned] : [taken] };
}

const FAILED: ReadonlySet<string> = new Set(["failed", "canceled"]);

/** What a refund means. One that failed has taken the money, and brought it again. */
export function refundMovement(payment: PaymentIntent, refund: Refund): Movement | undefined {
  return reversalMovement(payment, { ...refund, isTaken: true, isReturned: FAILED.has(refund.status ?? "") });
}

/** Events that say what the status of a dispute may not say yet. */
const WITHDRAWN = "charge.dispute.funds_withdrawn";
const REINSTATED = "charge.dispute.funds_reinstated";

/** What a dispute means: Stripe takes the money when it is opened, and brings it again when it is won. An inquiry takes nothing. */
export function disputeMovement(payment: PaymentIntent, dispute: Dispute, eventType: string): Movement | undefined {
  const isReturned = dispute.status === "won" || eventType === REINSTATED;
  const isTaken = isReturned || eventType === WITHDRAWN || !dispute.status.startsWith("warning_");
  return reversalMovement(payment, { ...dispute, isTaken, isReturned });
}
