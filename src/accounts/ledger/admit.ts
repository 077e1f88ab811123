import type { KeyCaps, Spent } from "../../accounts/ledger-port.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { dayEndMs, dayOf, monthEndMs, monthOf } from "../../accounts/periods.ts";
import { refuse } from "./refuse.ts";
import type { AccountRow, KeyRow } from "./rows.ts";
import type { LedgerReads } from "./tables.ts";

/** What is spent and held, as far as the caps ask for it. */
export interface Budget {
  readonly account: AccountRow;
  readonly caps: KeyCaps;
  readonly spent: Spent;
  /** By the account. */
  readonly held: number;
  /** By the key's family. */
  readonly heldByKey: number;
  /** Other requests of the key's family that hold money. */
  readonly otherRequests: number;
}

/**
 * Reads what was spent. Days after today count as well: a clock that has jumped back gives nobody a second budget. Sums that are not asked for are 0,
 * since that of a key's whole life reads a row for each of its days and tasks.
 */
export function readSpent(
  read: LedgerReads,
  family: string,
  nowMs: number,
  asked: Record<keyof Spent, boolean>,
): Spent {
  const firstOfMonth = `${monthOf(nowMs)}-01`;
  return {
    day: asked.day ? read.spent(dayOf(nowMs), family) : 0,
    month: asked.month ? read.spent(firstOfMonth, family) : 0,
    total: asked.total ? read.spent("", family) : 0,
    accountMonth: asked.accountMonth ? read.spent(firstOfMonth) : 0,
  };
}

/** Reads what decides whether a request of a key may spend more. */
export function readBudget(
  read: LedgerReads,
  { account, key, requestId }: { readonly account: AccountRow; readonly key: KeyRow; readonly requestId: string },
  nowMs: number,
): Budget {
  const { caps = {} } = key.terms;
  const asked = {
    day: caps.day !== undefined,
    month: caps.month !== undefined,
    total: caps.total !== undefined,
    accountMonth: account.capMonth !== null,
  };
  const spent = readSpent(read, key.family, nowMs, asked);
  const { amount: heldByKey, requests: otherRequests } = read.heldBy(key.family, requestId);
  return { account, caps, spent, held: read.held(), heldByKey, otherRequests };
}

/** Returns why a price is not added to what is held; undefined if it may be. The caps come first: who tops up must not learn of them only then. */
export function overBudget(budget: Budget, price: number, nowMs: number): Refusal | undefined {
  if (price === 0) return undefined;
  return overKeyCap(budget, price, nowMs) ?? overAccountCap(budget, price, nowMs) ?? overBalance(budget, price);
}

function overKeyCap({ caps, spent, heldByKey }: Budget, price: number, nowMs: number): Refusal | undefined {
  const ends = { day: dayEndMs(nowMs), month: monthEndMs(nowMs), total: null };
  for (const period of ["total", "month", "day"] as const) {
    const cap = caps[period];
    const used = spent[period] + heldByKey;
    if (cap === undefined || used + price <= cap) continue;
    return refuse({ code: "key-budget-exhausted", period, price, cap, used, resetsMs: ends[period] });
  }
  return undefined;
}

function overAccountCap({ account, spent, held }: Budget, price: number, nowMs: number): Refusal | undefined {
  const cap = account.capMonth;
  const used = spent.accountMonth + held;
  if (cap === null || used + price <= cap) return undefined;
  return refuse({ code: "spend-cap-reached", price, cap, used, resetsMs: monthEndMs(nowMs) });
}

function overBalance({ account: { balance, creditLimit }, held }: Budget, price: number): Refusal | undefined {
  if (balance - held - price >= -creditLimit) return undefined;
  return refuse({ code: "insufficient-credits", price, balance, held, creditLimit });
}
