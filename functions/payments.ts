import type { KeyMode } from "../src/accounts/key-codec.ts";
import type { OutboxRow } from "../src/accounts/ledger/rows.ts";
import type { Deliver } from "../src/accounts/ledger/outbox-round.ts";
import { createOperatorEvents } from "../src/payments/operator-events.ts";
import { createStripeBiller } from "../src/payments/stripe/stripe-biller.ts";
import { createStripeProvider } from "../src/payments/stripe/stripe-provider.ts";
import type { PaymentProviders, StripeProvider } from "../src/payments/till.ts";
import { createReliableAccount, createReliableBilling } from "../src/charging/reliable-ledger.ts";
import { moneyOf } from "../src/payments/stripe/money.ts";
import { accountStub, waiting } from "./ledger.ts";
import { outside } from "./outside.ts";
import type { Variables } from "./variables.ts";

/** Settings with which credits are bought. */
type Settings = Pick<
  Variables,
  | "STRIPE_SECRET_KEY"
  | "STRIPE_WEBHOOK_SECRET"
  | "STRIPE_API_URL"
  | "STRIPE_METER"
  | "STRIPE_TAX"
  | "STRIPE_RETURN_URL"
  | "EVENTS_URL"
  | "EVENTS_SECRET"
>;

const clocked = { ...outside, now: () => Date.now() };

/** How payers pay with Stripe; undefined if they cannot. */
function stripeProvider(settings: Settings): StripeProvider | undefined {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: secrets } = settings;
  if (secretKey === undefined || secrets === undefined) return undefined;
  return createStripeProvider({
    ...clocked,
    secretKey,
    secrets,
    apiUrl: settings.STRIPE_API_URL,
    hasTax: settings.STRIPE_TAX === "automatic",
    returnUrl: settings.STRIPE_RETURN_URL,
    ledgerOf: (account) => createReliableAccount({ ...waiting, connect: () => accountStub(account) }),
    billingOf: (account) => createReliableBilling({ ...waiting, connect: () => accountStub(account) }),
  });
}

/** The ways to pay of this deployment. */
export function paymentProviders(settings: Settings): PaymentProviders {
  return { stripe: stripeProvider(settings) };
}

/** How the rows of outboxes are sent. */
export interface Delivering {
  /** Which money the biller takes. */
  readonly money: KeyMode;
  readonly deliver: Deliver;
}

type ByKind = Readonly<Record<OutboxRow["kind"], Deliver>>;

function logFailure(thrown: unknown): void {
  console.error("Stripe refused what an account owes or buys:", thrown);
}

/** How rows are sent in this deployment; undefined if they are not. */
export function deliveries(settings: Settings): Delivering | undefined {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_API_URL: apiUrl, STRIPE_METER: eventName } = settings;
  if (secretKey === undefined) return undefined;
  const { bill, buy } = createStripeBiller({ ...clocked, apiUrl, secretKey, eventName, logFailure });
  const tell = operatorEvents(settings);
  const senders: ByKind = {
    charge: bill,
    refund: bill,
    "auto-top-up": buy,
    "balance-low": tell,
    "auto-top-up-failed": tell,
  };
  return { money: moneyOf(secretKey), deliver: (delivery) => senders[delivery.row.kind](delivery) };
}

/** Tells the operator, if he wants to be told. */
function operatorEvents({ EVENTS_URL: url, EVENTS_SECRET: secret }: Settings): Deliver {
  if (url === "" || secret === undefined) return async () => ({ type: "delivered" });
  return createOperatorEvents({ ...clocked, url, secret });
}
