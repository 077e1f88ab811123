import type { Delivery } from "../../src/accounts/ledger/deliveries.ts";
import type { OutboxRow } from "../../src/accounts/ledger/rows.ts";

/** The moment of the entry that a delivery is about. */
export const ENTRY_MS = Date.UTC(2026, 10, 30, 12);

/** A row of an account's outbox, with its entry: a charge of 1,500 micro-US-dollars, or the refund of one. */
export function deliveryOf(kind: OutboxRow["kind"], more: Partial<Delivery> = {}): Delivery {
  const amount = kind === "refund" ? 1500 : -1500;
  const unused = { keyId: null, task: null, requestId: null, priceRevision: null, reverses: null };
  return {
    row: { id: `${kind}.chg_a.7`, kind, seq: 7, attempts: 0, nextMs: ENTRY_MS },
    account: {
      id: "3yQ0zVt8aPk",
      name: "Acme",
      mode: "postpaid",
      money: "live",
      status: "open",
      balance: -1500,
      creditLimit: 0,
      capMonth: null,
      createdMs: 0,
    },
    billing: { id: "billing", customer: "cus_1", card: "pm_1", lowBalance: 1000, autoTopUp: 5_000_000, isLow: 1 },
    entry: { ...unused, seq: 7, kind: kind === "refund" ? "refund" : "charge", ref: "chg_a", amount, atMs: ENTRY_MS },
    ...more,
  };
}
