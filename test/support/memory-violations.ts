import type { Violation } from "../../src/accounts/ledger-admin.ts";
import { PAID_MS } from "../../src/accounts/ledger/limits.ts";
import type { MemoryRows } from "./memory-rows.ts";

const total = (rows: Iterable<{ readonly amount: number }>): number =>
  [...rows].reduce((sum, { amount }) => sum + amount, 0);

/** Checks what must hold of the rows of an account after every verb, whatever happened before. */
export function memoryViolations(rows: MemoryRows, nowMs: number): readonly Violation[] {
  const account = [...rows.account.values()][0];
  const entries = [...rows.entries.values()];
  const charges = entries.filter(({ kind }) => kind === "charge");
  const refunds = entries.filter(({ kind }) => kind === "refund");
  const usage = [...rows.usage.values()];
  const outbox = [...rows.outbox.values()].filter(({ kind }) => kind === "charge");
  const facts: Readonly<Record<string, boolean>> = {
    "balance is the sum of the entries": account?.balance === total(entries),
    "usage is the sum of the charges": total(usage) === -total(charges),
    "answers are the number of charges": usage.reduce((sum, { answers }) => sum + answers, 0) === charges.length,
    "refunds in usage are the sum of the refunds":
      usage.reduce((sum, { refunded }) => sum + refunded, 0) === total(refunds),
    "a charge is given back once, and whole": refunds.every(
      ({ reverses, amount, ref }) =>
        refunds.filter((other) => other.reverses === reverses).length === 1 &&
        charges.some((charge) => charge.seq === reverses && charge.amount === -amount && charge.ref === ref),
    ),
    "a key of a refund names a refund of its charge": [...rows.refundKeys.values()].every(({ charge, seq }) =>
      refunds.some((refund) => refund.seq === seq && refund.ref === charge),
    ),
    "the biller is told of every charge": account?.mode === "prepaid" || outbox.length === charges.length,
    "amounts are whole": [...entries, ...rows.holds.values()].every(({ amount }) => Number.isSafeInteger(amount)),
    "no hold is due, or further away than a hold lasts": [...rows.holds.values()].every(
      ({ deadlineMs }) => deadlineMs > nowMs,
    ),
    "an id is charged once in 24 hours": charges.every(
      (one) =>
        !charges.some(
          ({ ref, seq, atMs }) => ref === one.ref && seq > one.seq && atMs >= one.atMs && atMs < one.atMs + PAID_MS,
        ),
    ),
  };
  return Object.entries(facts).flatMap(([rule, isTrue]) => (isTrue ? [] : [{ rule, found: JSON.stringify(account) }]));
}
