import type { AccountBilling } from "../accounts/billing-port.ts";
import type { KeyMode } from "../accounts/key-codec.ts";
import type { EventReceipt } from "../contract/payment-operations.ts";
import type { TopUp } from "../contract/top-ups.ts";
import type { SignedTill } from "./signed-till.ts";

/** Credits that somebody wants to buy. */
export interface TopUpOrder {
  readonly account: string;
  /** What the account holds: real money is taken for `live` only. */
  readonly money: KeyMode;
  /** Credits in micro-US-dollars, above 0. */
  readonly amount: number;
  /** Whether the card may be charged again without its owner. */
  readonly savesCard: boolean;
  /** Under which a repeat opens no second page; undefined: each request opens one. */
  readonly idempotencyKey: string | undefined;
  /** Where this API is, like `https://api.example.com`: payers come back to it. */
  readonly origin: string;
}

/** Where credits are bought on a page. */
export interface Till {
  /** Opens a page to pay at, and returns its address. Throws `Problem`: an amount that cannot be paid so, or a provider that refuses or is away. */
  open(order: TopUpOrder): Promise<TopUp>;
}

/** Takes the events of a payment provider. */
export interface EventReceiver {
  /**
   * Writes what an event says into the account that it concerns. `body` is as it arrived, since it is signed. Throws `Problem`: `webhook-signature-invalid`, or whatever
   * keeps the entry from being written, so that the provider sends the event again.
   */
  receive(body: Uint8Array<ArrayBuffer>, headers: Headers): Promise<EventReceipt>;
}

/** How an account pays, by its id. Its methods throw `ledger-unavailable` as those of its ledger do. */
export type BillingOf = (account: string) => AccountBilling;

/** Credits bought with Stripe. */
export interface StripeProvider {
  readonly till: Till;
  readonly events: EventReceiver;
  readonly billingOf: BillingOf;
}

/** The ways to pay of a deployment. */
export interface PaymentProviders {
  readonly stripe?: StripeProvider | undefined;
  /** Paid by the request that asks for credits. */
  readonly signed?: SignedTill | undefined;
}
