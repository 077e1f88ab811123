import type { Delivered, Delivery } from "../../accounts/ledger/deliveries.ts";
import type { AskStripe } from "./stripe-api.ts";
import { StripeError } from "./stripe-api.ts";

/** The oldest time that a meter takes is 35 days ago; older charges, which have waited for a customer, are billed as of a day less. */
const OLDEST_MS = 34 * 24 * 60 * 60 * 1000;

/**
 * Whether a meter has an event already: it answers a second one with the same identifier with 400, which is no failure here. The message is the only sign that was seen
 * (langfuse/langfuse#16292); the code is Stripe's own for it in its SDKs.
 */
function isDuplicate({ status, code, message }: StripeError): boolean {
  return status === 400 && (code === "duplicate_meter_event" || message.includes("already exists with identifier"));
}

/** What bills the charges of postpaid accounts. */
export interface MeterOptions {
  readonly ask: AskStripe;
  /** The `event_name` of a meter at Stripe that sums up. Its unit is a micro-US-dollar. */
  readonly eventName: string;
  readonly now: () => number;
  readonly logFailure: (thrown: unknown) => void;
}

/**
 * Bills a charge or refund: an event of a meter whose identifier is the id of the row, so that a repeat within 24 hours counts once. A refund is a negative event: a
 * cancellation of the charge's event is possible for 24 hours only. Without an Idempotency-Key, under which Stripe would repeat a fault of its own for a day. Never rejects.
 */
export function createMeter({ ask, eventName, now, logFailure }: MeterOptions) {
  return async ({ row, entry, billing }: Delivery): Promise<Delivered> => {
    if (entry === undefined || billing.customer === null) return { type: "later", isAway: false };
    const fields = {
      event_name: eventName,
      identifier: row.id,
      timestamp: Math.floor(Math.max(entry.atMs, now() - OLDEST_MS) / 1000),
      payload: { stripe_customer_id: billing.customer, value: -entry.amount },
    };
    try {
      await ask({ method: "POST", path: "/v1/billing/meter_events", fields });
      return { type: "delivered" };
    } catch (thrown) {
      if (thrown instanceof StripeError && isDuplicate(thrown)) return { type: "delivered" };
      const isAway = thrown instanceof StripeError && thrown.isPassing;
      if (!isAway) logFailure(thrown);
      return { type: "later", isAway };
    }
  };
}
