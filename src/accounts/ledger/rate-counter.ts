import { type RateState, takeRate } from "../../accounts/rate.ts";
import type { LedgerOptions } from "./transaction.ts";

/**
 * Creates what counts requests against the rates of keys. A rotated key and its successor share one count. The counts are in memory only: an account that is
 * evicted forgives what was counted, and no request writes a row for it.
 */
export function createRateCounter(): LedgerOptions["countRequest"] {
  const states = new Map<string, RateState>();
  return ({ family, terms: { rates = [] } }, nowMs) => {
    if (rates.length === 0) return undefined;
    const { isAllowed, decisions, state } = takeRate(rates, states.get(family) ?? new Map(), nowMs);
    states.set(family, state);
    return { isAllowed, decisions };
  };
}
