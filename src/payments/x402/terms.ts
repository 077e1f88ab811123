import type { Token } from "./networks.ts";
import type { PaymentRequirements } from "./wire.ts";

/** What a deployment is paid with, and where. */
export interface Terms extends Token {
  /** The chain's CAIP-2 name. */
  readonly network: string;
  /** The address that is paid. */
  readonly payTo: string;
}

/**
 * How long a payment may stand, in seconds: clients sign until now plus this. Longer than a request takes with its deadline (two minutes) and its body (one), and
 * then the settlement.
 */
export const MAX_TIMEOUT_SECONDS = 300;

/** Returns what a payment of a price must say. `price` is in micro-US-dollars, which are the token's units. */
export function requirementsFor({ network, asset, payTo, name, version }: Terms, price: number): PaymentRequirements {
  return {
    scheme: "exact",
    network,
    amount: String(price),
    asset,
    payTo,
    maxTimeoutSeconds: MAX_TIMEOUT_SECONDS,
    extra: { name, version },
  };
}
