import type { Delivered, Delivery } from "../../accounts/ledger/deliveries.ts";
import { MICRO_USD_PER_CENT } from "../../contract/top-ups.ts";
import type { Fields } from "./form-body.ts";
import { metadataOf } from "./paid-for.ts";
import { type AskStripe, StripeError } from "./stripe-api.ts";
import { stripeSchemas } from "./stripe-objects.ts";

/**
 * How long a purchase is tried, in milliseconds from the entry after which the balance was low: Stripe knows an idempotency key for 24 hours at least, and after it forgets,
 * another attempt might pay twice. What was paid is then told by an event.
 */
export const PURCHASE_MS = 20 * 60 * 60 * 1000;

/** What charges saved cards. */
export interface PurchaseOptions {
  readonly ask: AskStripe;
  readonly now: () => number;
  readonly logFailure: (thrown: unknown) => void;
}

/** The request for a payment with the saved card, while its owner is not there. */
function paymentFields({ account, billing }: Delivery, credits: number): Fields {
  return {
    amount: credits / MICRO_USD_PER_CENT,
    currency: "usd",
    customer: billing.customer ?? undefined,
    payment_method: billing.card ?? undefined,
    off_session: true,
    confirm: true,
    // Without it, a card that wants its owner leaves a payment behind that nobody can finish.
    error_on_requires_action: true,
    description: "Credits, bought automatically",
    metadata: metadataOf({ account: account.id, credits }),
  };
}

/** Whether credits are still wanted: somebody may have paid meanwhile, or the operator may have closed the account, whose owner could not use them. */
function isWanted({ account, billing: { lowBalance } }: Delivery): boolean {
  return account.status === "open" && lowBalance !== null && account.balance < lowBalance;
}

/**
 * Buys credits with an account's saved card, once for each row: the idempotency key is made of the account and the row's number. A payment that has succeeded is a top-up at
 * once; the event that tells of it as well has the same reference. Never rejects.
 */
export function createPurchase({ ask, now, logFailure }: PurchaseOptions) {
  return async (delivery: Delivery): Promise<Delivered> => {
    const { row, account, billing, entry } = delivery;
    const { autoTopUp: amount, card } = billing;
    // Turned off since, or the card is gone.
    if (amount === null || card === null || !isWanted(delivery)) return { type: "delivered" };
    if (entry === undefined || now() > entry.atMs + PURCHASE_MS) return { type: "declined" };
    const idempotencyKey = `florence-edge-auto-top-up-${account.id}-${row.seq}`;
    try {
      const fields = paymentFields(delivery, amount);
      const { id, status } = stripeSchemas().newPayment.parse(
        await ask({ method: "POST", path: "/v1/payment_intents", fields, idempotencyKey }),
      );
      if (status === "succeeded") return { type: "paid", payment: id, amount };
      // It will be told by an event, if it is paid.
      return status === "processing" ? { type: "delivered" } : { type: "declined" };
    } catch (thrown) {
      const isAway = !(thrown instanceof StripeError) || thrown.isPassing;
      logFailure(thrown);
      return isAway ? { type: "later", isAway } : { type: "declined" };
    }
  };
}
