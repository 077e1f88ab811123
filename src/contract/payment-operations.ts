import * as z from "zod";
import { accountExamples as examples } from "./account-examples.ts";
import { change, read } from "./admin-key-operations.ts";
import type { AccountOperation } from "./account-operation.ts";
import { AccountBillingBody, Billing, BillingChangesBody } from "./billing.ts";
import { TopUp, TopUpBody } from "./top-ups.ts";

/** An event of Stripe. Its content is Stripe's; what this API does not know is ignored. */
export const StripeEvent = z
  .looseObject({ id: z.string(), type: z.string() })
  .meta({ id: "StripeEvent", description: "An event of Stripe's API." });

/** What became of an event. */
export const EventReceipt = z
  .object({
    received: z.enum(["written", "repeated", "ignored"]).meta({
      description:
        "`written`: the account has its entry. `repeated`: it had it before. `ignored`: the event concerns no account of this deployment.",
    }),
  })
  .meta({ id: "EventReceipt" });
export type EventReceipt = z.infer<typeof EventReceipt>;

/** The ways to pay that a deployment has. */
export interface WaysToPay {
  readonly hasStripe: boolean;
  /** Whether requests can bring a payment of x402. */
  readonly hasX402?: boolean;
}

/** The operations of a deployment in which credits can be bought, by the name of their handler. */
export const paymentOperations = {
  topUp: {
    method: "POST",
    path: "/v1/top-ups",
    id: "topUp",
    tag: "payments",
    summary: "Buy credits",
    description:
      "By card, the reply has the address of a page on which a person pays. The credits are there when the payment has arrived, which takes a moment. A repeat with the same Idempotency-Key within 24 hours is the same page. With x402, where the deployment takes it, the request itself pays: first `payment-required`, then with PAYMENT-SIGNATURE. Without a key, that makes a new account, and the reply has its first key; such a request needs a random Idempotency-Key.",
    access: "billing:write",
    problems: "TopUp",
    mayRepeat: true,
    body: TopUpBody,
    reply: TopUp,
    example: { body: examples.topUpBody, reply: examples.topUp },
  },
} as const satisfies Readonly<Record<string, AccountOperation>>;

const ACCOUNT_BILLING = "/admin/v1/accounts/{account}/billing";

const holders = { tag: "payments", access: "billing:write", problems: "TopUp" } as const;

/** The operations on how an account pays, for its owner and for the operator, by the name of their handler. */
export const billingOperations = {
  billing: {
    ...holders,
    method: "GET",
    path: "/v1/billing",
    id: "billing",
    summary: "How the account pays",
    description: "When its balance is low, and what is bought then.",
    reply: Billing,
    example: { reply: examples.billing },
  },
  changeBilling: {
    ...holders,
    method: "POST",
    path: "/v1/billing",
    id: "changeBilling",
    summary: "Say when the balance is low, and what is bought then",
    description:
      "What is left out stays. `auto_top_up` charges the card that a top-up with `save_card` has saved; if it is declined, or a payment is taken back, it is turned off.",
    body: BillingChangesBody,
    reply: Billing,
    example: { body: examples.billingBody, reply: examples.billing },
  },
  accountBilling: {
    ...read,
    path: ACCOUNT_BILLING,
    id: "accountBilling",
    summary: "How an account pays",
    description: "As its owner sees it.",
    reply: Billing,
    example: { reply: examples.billing },
  },
  changeAccountBilling: {
    ...change,
    problems: "AdminBilling",
    path: ACCOUNT_BILLING,
    id: "changeAccountBilling",
    summary: "Say who is billed for an account",
    description: "What is left out stays. The charges of a postpaid account wait until it has a customer.",
    body: AccountBillingBody,
    reply: Billing,
    example: { body: examples.accountBillingBody, reply: examples.billing },
  },
} as const satisfies Readonly<Record<string, AccountOperation>>;

/** How an account gets credits where they can be bought, as `top_up` of a problem says it. */
export const TOP_UP_OPERATION = `${paymentOperations.topUp.method} ${paymentOperations.topUp.path}`;

/** The operations for Stripe. */
export const stripeOperations = {
  stripeWebhook: {
    method: "POST",
    path: "/webhooks/stripe",
    id: "stripeWebhook",
    tag: "payments",
    summary: "Events of Stripe",
    description:
      "For Stripe only, which signs each event (`Stripe-Signature`). A success says that the entry is written: Stripe sends again what had none. Payments, refunds and disputes become entries, each once, however often and in whichever order the events come.",
    access: "anybody",
    problems: "StripeWebhook",
    body: StripeEvent,
    reply: EventReceipt,
    example: { body: examples.stripeEvent, reply: examples.eventReceipt },
  },
} as const satisfies Readonly<Record<string, AccountOperation>>;

/** The operations of a deployment with these ways to pay. */
export function paymentOperationsOf({ hasStripe }: WaysToPay): readonly AccountOperation[] {
  const ofStripe = hasStripe ? [billingOperations, stripeOperations] : [];
  return [paymentOperations, ...ofStripe].flatMap((table) => Object.values(table));
}
