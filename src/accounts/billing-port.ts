import type { Refusal } from "./ledger-refusal.ts";

/** How an account pays at its payment provider. */
export interface BillingFacts {
  /** The provider's id of the customer who is billed; null if it has none. */
  readonly customer: string | null;
  /** The provider's id of the card that may be charged without its owner; null if none was saved. */
  readonly card: string | null;
  /** The balance below which it is low, in micro-US-dollars; null: never. */
  readonly lowBalance: number | null;
  /** Credits that are bought with the saved card whenever the balance becomes low, in micro-US-dollars; null: none. */
  readonly autoTopUp: number | null;
}

/** What is changed of it; what is left out stays. */
export type BillingChanges = Partial<BillingFacts>;

type Reply = Promise<(BillingFacts & { readonly type: "billing" }) | Refusal>;

/** How one account pays: kept beside its ledger. */
export interface AccountBilling {
  billing(): Reply;
  /** Refused as `invalid-request`: credits are to be bought, but there is no card, or it is not said when. */
  setBilling(changes: BillingChanges): Reply;
}
