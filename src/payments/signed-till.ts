import type { KeyMode } from "../accounts/key-codec.ts";

/** Credits that are paid by the request that asks for them. */
export interface SignedOrder {
  /** The account that gets them; undefined: a new one. */
  readonly account: { readonly id: string; readonly money: KeyMode } | undefined;
  /** Whoever sent the request; empty if the platform names none. */
  readonly address: string;
  /** Credits in micro-US-dollars, above 0. */
  readonly amount: number;
  /** Of a new account: whoever knows it gets the same account and key again. */
  readonly idempotencyKey: string | undefined;
}

/** Credits that were paid and written. */
export interface SignedTopUp {
  /** Names the payment, and the entry. */
  readonly id: string;
  readonly account: string;
  readonly balance: number;
  /** The first key of a new account, which is shown to whoever repeats the request as well. */
  readonly key: string | undefined;
  /** Headers that tell the settlement. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The payment of one request for credits. */
export interface SignedSale {
  /** Settles the payment and writes the credits, each once however often it is called. Throws `Problem`: `payment-required` and the others of payments. */
  pay(): Promise<SignedTopUp>;
  /** Headers of a problem that a payment, or another one, ends: what is to be paid. */
  problemHeaders(error: string): Readonly<Record<string, string>>;
}

/** Where credits are bought with a payment that the request brings. */
export interface SignedTill {
  /** Begins a sale; asks nobody. Throws `Problem` for an order that cannot be paid so. */
  begin(request: Request, order: SignedOrder): SignedSale;
}
