import type { BillingChanges, BillingFacts } from "../../accounts/billing-port.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { refuse, refusing } from "./refuse.ts";
import type { BillingRow, Change, OutboxRow, Step } from "./rows.ts";
import type { LedgerReads } from "./tables.ts";
import type { Situation } from "./transaction.ts";
import { isAmount, isId } from "./valid.ts";

/** The reply of the verbs of billing. */
export type BillingReply = BillingFacts & { readonly type: "billing" };

/** What an account has that has never said how it pays. */
export const noBilling: BillingRow = {
  id: "billing",
  customer: null,
  card: null,
  lowBalance: null,
  autoTopUp: null,
  isLow: 0,
};

/** The row as others see it. */
export function billingReply({ customer, card, lowBalance, autoTopUp }: BillingRow): BillingReply {
  return { type: "billing", customer, card, lowBalance, autoTopUp };
}

function invalidField({ customer, card, lowBalance, autoTopUp }: BillingRow): string | undefined {
  const rules = {
    customer: customer === null || isId(customer),
    card: (card === null && autoTopUp === null) || (card !== null && customer !== null && isId(card)),
    lowBalance: (lowBalance === null && autoTopUp === null) || (lowBalance !== null && isAmount(lowBalance)),
    // At least the threshold, so that one purchase ends the shortage.
    autoTopUp: autoTopUp === null || (isAmount(autoTopUp) && autoTopUp >= Math.max(1, lowBalance ?? 0)),
  };
  return Object.entries(rules).find(([, isRight]) => !isRight)?.[0];
}

/** Changes how an account pays. A new threshold is compared with the balance at once, by `watchBalance`. */
export function decideSetBilling(row: BillingRow, changes: BillingChanges): Step<BillingReply | Refusal> {
  const { customer = row.customer, card = row.card } = changes;
  const { lowBalance = row.lowBalance, autoTopUp = row.autoTopUp } = changes;
  const next: BillingRow = { ...row, customer, card, lowBalance, autoTopUp };
  const field = invalidField(next);
  if (field !== undefined) return refusing(refuse({ code: "invalid-request", field }));
  // Whoever sets a threshold, or turns purchases on, wants to be told if the balance is below it already.
  const isNews = next.lowBalance !== row.lowBalance || next.autoTopUp !== row.autoTopUp;
  return {
    reply: billingReply(next),
    changes: [{ type: "put", table: "billing", row: isNews ? { ...next, isLow: 0 } : next }],
  };
}

/** What has changed a balance. */
export type BalanceCause = "top-up" | "reversal" | "other";

/**
 * Returns what is written when the balance has become low, or is no longer: a row of the outbox for each time that it falls below the threshold, so that it is told once, and one
 * for the purchase if the account buys by itself. Their ids have the number of the entry after which it was so. After a top-up that was too small, another follows, but
 * not before the one that waits has ended: whoever pays something meanwhile is not charged twice for the rest. A payment that was taken back ends purchases: a card whose owner objects is not charged again.
 */
export function watchBalance(
  { account, read, nowMs }: Situation,
  before: BillingRow | undefined,
  cause: BalanceCause,
): readonly Change[] {
  if (before === undefined || before.lowBalance === null) return [];
  const billing: BillingRow = cause === "reversal" ? { ...before, autoTopUp: null } : before;
  const isLow = account.balance < before.lowBalance;
  const isNews = isLow && (before.isLow === 0 || cause === "top-up");
  const after: BillingRow = { ...billing, isLow: isLow ? 1 : 0 };
  if (!isNews && after.isLow === before.isLow && after.autoTopUp === before.autoTopUp) return [];
  const row: Change = { type: "put", table: "billing", row: after };
  const seq = read.lastSeq();
  const kinds = isNews ? lowKinds(billing, read) : [];
  return [row, ...kinds.map((kind) => outboxPut({ id: `${kind}.${seq}`, kind, seq, attempts: 0, nextMs: nowMs }))];
}

function lowKinds({ autoTopUp }: BillingRow, read: LedgerReads): readonly OutboxRow["kind"][] {
  return autoTopUp === null || read.hasOutbox("auto-top-up") ? ["balance-low"] : ["balance-low", "auto-top-up"];
}

/** The change that puts a row into the outbox. */
export function outboxPut(row: OutboxRow): Change {
  return { type: "put", table: "outbox", row };
}
