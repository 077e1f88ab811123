import { createMeter, type MeterOptions } from "./meter.ts";
import { createPurchase } from "./purchase.ts";
import { createStripeApi, type StripeApiOptions } from "./stripe-api.ts";

/** Bills what accounts owe, and buys what they want bought, at Stripe. */
export function createStripeBiller(options: StripeApiOptions & Omit<MeterOptions, "ask">) {
  const ask = createStripeApi(options);
  return { bill: createMeter({ ...options, ask }), buy: createPurchase({ ...options, ask }) };
}
