import type { Payment } from "./payment.ts";

/** What is known of a request without a key when it arrives. */
export interface DirectAsking {
  readonly request: Request;
  readonly requestId: string;
  /** Whoever sent it; empty if the platform names none. */
  readonly address: string;
  /** In micro-US-dollars. */
  readonly maxPrice: number | undefined;
  /** Whether nobody waits for the answer any more. */
  readonly hasLeft: () => boolean;
  /** Called before a payment is claimed: from then on, the request is to be ended by `end`. */
  readonly onCommit: () => void;
}

/**
 * A payment that comes with its request. It pays for all of the request or for nothing, since its amount is signed: what fails in a part must fail the whole.
 */
export interface DirectPayment extends Payment {
  /** Whose entries the caches keep apart: whoever signs; undefined for a request without a payment, which gets nothing. */
  readonly cacheOwner: string | undefined;
  /** Says what the request costs, in micro-US-dollars, as soon as that is known. Throws `payment-required` if it brings no payment, and `price-above-maximum`. */
  quote(price: number): void;
  /** Claims the payment for what is asked, before any work. Throws `payment-invalid`, `payment-in-use` or `payment-unsettled`. */
  open(fingerprint: string): Promise<void>;
  /** Headers of a problem that a payment, or another one, ends: what is to be paid. `error` says why. None before `quote`. */
  problemHeaders(error: string): Readonly<Record<string, string>>;
}

/** Who is paid by requests without a key. */
export interface DirectPayments {
  /** Begins the payment of a request; asks nobody. */
  begin(asking: DirectAsking): DirectPayment;
}
