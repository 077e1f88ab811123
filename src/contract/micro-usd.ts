import * as z from "zod";

/** Micro-US-dollars in a dollar. Money is an integer number of them everywhere, so that no sum is rounded. */
export const MICRO_USD_PER_USD = 1_000_000;

/** The most that is said of an amount: the largest Integer of structured header fields (RFC 9651), nearly a thousand million dollars. */
export const MAX_MICRO_USD = 999_999_999_999_999;

/** The unit's name in headers and documents. */
export const MICRO_USD = "usd-micro";

/** An amount of money that is not negative. */
export const MicroUsd = z
  .int("Send a whole number of micro-US-dollars.")
  .min(0, "Send an amount that is not negative.")
  .max(MAX_MICRO_USD)
  .meta({ description: `Micro-US-dollars: ${MICRO_USD_PER_USD} are one US dollar.` });

/**
 * The largest amount that anybody may set: a price, a credit at once, a cap, a credit limit. A million dollars: a larger one is a mistake in the unit. The ledger has no other
 * limit.
 */
export const MAX_AMOUNT = 1_000_000 * MICRO_USD_PER_USD;

const atMost = `Send at most ${MAX_AMOUNT} micro-US-dollars.`;

/** A limit that a request sets. */
export const LimitMicroUsd = MicroUsd.max(MAX_AMOUNT, atMost);

/** An amount that a request moves. */
export const GivenMicroUsd = z
  .int("Send a whole number of micro-US-dollars: 1000000 are one dollar.")
  .min(1, "Send an amount above 0.")
  .max(MAX_AMOUNT, atMost)
  .meta({ description: "Micro-US-dollars." });

/** Digits after the point of an amount in dollars. */
const USD_DECIMALS = 6;

/** Returns an amount in dollars, exactly: 1500 → `0.001500`. */
export function usdText(microUsd: number): string {
  const digits = String(Math.abs(microUsd)).padStart(USD_DECIMALS + 1, "0");
  return `${microUsd < 0 ? "-" : ""}${digits.slice(0, -USD_DECIMALS)}.${digits.slice(-USD_DECIMALS)}`;
}
