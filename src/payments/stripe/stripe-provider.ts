import type { StripeProvider } from "../../payments/till.ts";
import { createCheckout, type CheckoutOptions } from "./checkout.ts";
import { createEventReceiver, type EventReceiverOptions } from "./event-receiver.ts";
import { moneyOf } from "./money.ts";
import { createStripeApi, type StripeApiOptions } from "./stripe-api.ts";

/** What a deployment that sells credits with Stripe is made of. */
export interface StripeProviderOptions
  extends
    StripeApiOptions,
    Pick<CheckoutOptions, "hasTax" | "returnUrl">,
    Pick<EventReceiverOptions, "secrets" | "ledgerOf" | "billingOf" | "now"> {}

/** Sells credits with Stripe. */
export function createStripeProvider(options: StripeProviderOptions): StripeProvider {
  const ask = createStripeApi(options);
  const money = moneyOf(options.secretKey);
  const { billingOf } = options;
  return {
    billingOf,
    till: createCheckout({ ...options, ask, money }),
    events: createEventReceiver({ ...options, ask, money }),
  };
}
