import type { KeyMode } from "../src/accounts/key-codec.ts";
import type { OutboxRow } from "../src/accounts/ledger/rows.ts";
import type { Deliver } from "../src/accounts/ledger/outbox-round.ts";
import type { BillingOf, PaymentDoors, StripeDoor } from "../src/payments/till.ts";
import { createReliableAccount, createReliableBilling } from "../src/charging/reliable-ledger.ts";
import { moneyOf } from "../src/payments/stripe/money.ts";
import { accountStub, waiting } from "./ledger.ts";
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

const outside = {
  fetch: (url: string, init: RequestInit) => fetch(url, init),
  timeout: (milliseconds: number) => AbortSignal.timeout(milliseconds),
  now: Date.now,
};

const billingOf: BillingOf = (account) => createReliableBilling({ ...waiting, connect: () => accountStub(account) });

/** How payers pay with Stripe; undefined if they cannot. Nothing of it is loaded before the first of them. */
function stripeDoor(settings: Settings): StripeDoor | undefined {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: secrets } = settings;
  if (secretKey === undefined || secrets === undefined) return undefined;
  let door: Promise<Pick<StripeDoor, "till" | "events">> | undefined;
  const load = async () => {
    const { createStripeDoor } = await import("../src/payments/stripe/stripe-door.ts");
    return createStripeDoor({
      secretKey,
      secrets,
      apiUrl: settings.STRIPE_API_URL,
      hasTax: settings.STRIPE_TAX === "automatic",
      returnUrl: settings.STRIPE_RETURN_URL,
      ...outside,
      ledgerOf: (account) => createReliableAccount({ ...waiting, connect: () => accountStub(account) }),
      billingOf,
    });
  };
  const loaded = () => (door ??= load());
  return {
    billingOf,
    till: { open: async (order) => (await loaded()).till.open(order) },
    events: { receive: async (body, headers) => (await loaded()).events.receive(body, headers) },
  };
}

/** The ways to pay of this deployment. */
export function paymentDoors(settings: Settings): PaymentDoors {
  return { stripe: stripeDoor(settings) };
}

/** How the rows of outboxes are sent. */
export interface Delivering {
  /** Which money the biller takes. */
  readonly money: KeyMode;
  readonly deliver: Deliver;
}

type ByKind = Readonly<Record<OutboxRow["kind"], Deliver>>;

/** How rows are sent in this deployment; undefined if they are not. Nothing of it is loaded before the first row. */
export function deliveries(settings: Settings): Delivering | undefined {
  const { STRIPE_SECRET_KEY: secretKey } = settings;
  if (secretKey === undefined) return undefined;
  let loaded: Promise<ByKind> | undefined;
  const deliver: Deliver = async (delivery) =>
    (await (loaded ??= loadDeliveries(settings, secretKey)))[delivery.row.kind](delivery);
  return { money: moneyOf(secretKey), deliver };
}

function logFailure(thrown: unknown): void {
  console.error("Stripe refused what an account owes or buys:", thrown);
}

async function loadDeliveries(settings: Settings, secretKey: string): Promise<ByKind> {
  const { createStripeBiller } = await import("../src/payments/stripe/stripe-biller.ts");
  const { STRIPE_API_URL: apiUrl, STRIPE_METER: eventName } = settings;
  const { bill, buy } = createStripeBiller({ ...outside, apiUrl, secretKey, eventName, logFailure });
  const tell = await operatorEvents(settings);
  return { charge: bill, refund: bill, "auto-top-up": buy, "balance-low": tell, "auto-top-up-failed": tell };
}

/** Tells the operator, if he wants to be told. */
async function operatorEvents({ EVENTS_URL: url, EVENTS_SECRET: secret }: Settings): Promise<Deliver> {
  if (url === "" || secret === undefined) return async () => ({ type: "delivered" });
  const { createOperatorEvents } = await import("../src/payments/operator-events.ts");
  return createOperatorEvents({ ...outside, url, secret });
}
