import type { Entry } from "../../accounts/ledger-admin.ts";
import type { Refunded, ReleaseRequest } from "../../accounts/ledger-port.ts";
import { dayOf } from "../../accounts/periods.ts";
import { outboxChange } from "./outbox.ts";
import type { AccountRow, Change, HoldRow, Step } from "./rows.ts";
import { accountChange } from "./settle.ts";
import { sumOf } from "./valid.ts";

/** What is known when charges are given back. */
export interface RefundView {
  readonly account: AccountRow;
  /** The last charge of each id that has not been given back. */
  readonly refundable: readonly Entry[];
  readonly lastSeq: number;
}

/** Gives charges back, also to a closed account. The ids stay paid, so that a repeat of a failed stream is free. */
export function decideRefund({ account, refundable, lastSeq }: RefundView, nowMs: number): Step<Refunded> {
  const refunds = refundable.map((charge, index) => refundOf(charge, lastSeq + 1 + index, nowMs));
  const amount = sumOf(refunds);
  const balance = account.balance + amount;
  return {
    reply: { type: "refunded", ids: refunds.map(({ ref }) => ref), amount, balance },
    changes: [
      ...refunds.map((row): Change => ({ type: "put", table: "entries", row })),
      ...refunds.flatMap((row) => outboxChange(account.mode, row, nowMs)),
      ...refundable.map(usageChange),
      ...(refunds.length > 0 ? [accountChange({ ...account, balance })] : []),
    ],
  };
}

function refundOf(charge: Entry, seq: number, atMs: number): Entry {
  return { ...charge, kind: "refund", seq, amount: -charge.amount, reverses: charge.seq, atMs };
}

/** A refund lowers what was spent on the day of its charge: the caps of that day, and no later one's. */
function usageChange({ keyId, task, amount, atMs }: Entry): Change {
  const row = { day: dayOf(atMs), keyId: keyId ?? "", task: task ?? "", answers: 0, amount: 0, refunded: -amount };
  return { type: "add", table: "usage", row };
}

/** Ends the holds of work that failed, but for those that another request has joined since. */
export function decideRelease(
  holds: readonly HoldRow[],
  { requestId }: ReleaseRequest,
): Step<{ readonly released: number }> {
  const own = holds.filter((row) => row.requestId === requestId);
  return {
    reply: { released: own.length },
    changes: own.map(({ id }): Change => ({ type: "drop", table: "holds", id })),
  };
}
