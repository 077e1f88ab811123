import type { PaymentDoors } from "../src/payments/till.ts";
import { createReliableAccount } from "../src/charging/reliable-ledger.ts";
import { accountStub, waiting } from "./ledger.ts";
import type { Variables } from "./variables.ts";

/** Settings with which credits are bought. */
type Settings = Pick<
  Variables,
  "STRIPE_SECRET_KEY" | "STRIPE_WEBHOOK_SECRET" | "STRIPE_API_URL" | "STRIPE_TAX" | "STRIPE_RETURN_URL"
>;

/** How payers pay with Stripe; undefined if they cannot. Nothing of it is loaded before the first of them. */
function stripeDoor(settings: Settings): PaymentDoors["stripe"] {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: secrets } = settings;
  if (secretKey === undefined || secrets === undefined) return undefined;
  let door: Promise<NonNullable<PaymentDoors["stripe"]>> | undefined;
  const load = async () => {
    const { createStripeDoor } = await import("../src/payments/stripe/stripe-door.ts");
    return createStripeDoor({
      secretKey,
      secrets,
      apiUrl: settings.STRIPE_API_URL,
      hasTax: settings.STRIPE_TAX === "automatic",
      returnUrl: settings.STRIPE_RETURN_URL,
      fetch: (url, init) => fetch(url, init),
      timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
      ledgerOf: (account) => createReliableAccount({ ...waiting, connect: () => accountStub(account) }),
      now: Date.now,
    });
  };
  const loaded = () => (door ??= load());
  return {
    till: { open: async (order) => (await loaded()).till.open(order) },
    events: { receive: async (body, headers) => (await loaded()).events.receive(body, headers) },
  };
}

/** The ways to pay of this deployment. */
export function paymentDoors(settings: Settings): PaymentDoors {
  return { stripe: stripeDoor(settings) };
}
