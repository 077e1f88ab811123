import type { KeyMode } from "../../accounts/key-codec.ts";

/** Which money a secret or restricted key of Stripe takes: `sk_live_…` real money, `sk_test_…` none. */
export function moneyOf(secretKey: string): KeyMode {
  return /^[sr]k_live_/u.test(secretKey) ? "live" : "test";
}
