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
