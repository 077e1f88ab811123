import type { Entry } from "../../accounts/ledger-admin.ts";
import type { KeyMode } from "../../accounts/key-codec.ts";
import { noBilling, outboxPut } from "./billing.ts";
import { decideCredit } from "./credit.ts";
import type { AccountRow, BillingRow, Change, OutboxRow } from "./rows.ts";
import type { Situation } from "./transaction.ts";

/** A row of the outbox with what its receiver needs. */
export interface Delivery {
  readonly row: OutboxRow;
  readonly account: AccountRow;
  readonly billing: BillingRow;
  /** The entry that `row.seq` names: what is billed, or after which the balance was low. */
  readonly entry: Entry | undefined;
}

/** What became of a row that was sent. */
export type Delivered =
  /** The receiver has it, now or from an earlier attempt; or nobody is to have it. */
  | { readonly type: "delivered" }
  /** The receiver has refused it, or is away (`isAway`): it is sent again later. */
  | { readonly type: "later"; readonly isAway: boolean }
  /** A purchase was paid: `payment` is the reference of its top-up. */
  | { readonly type: "paid"; readonly payment: string; readonly amount: number }
  /** A purchase will not be paid: nothing is bought by itself any more, until the account turns it on again. */
  | { readonly type: "declined" };

/** The wait after the first failure of a row, in milliseconds; it doubles with each. */
const FIRST_WAIT_MS = 2000;

/** The longest wait, in milliseconds: an hour. It is far below the 24 hours for which receivers know what they have got. */
const LONGEST_WAIT_MS = 3_600_000;

/** When a row is sent again, in milliseconds from now; half of it is random, so that many rows do not come at once. `random` is in 0..1. */
export function waitAfter(attempts: number, random: number): number {
  return Math.round(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts, 30)) * (0.5 + random / 2));
}

/** Whether charges can be billed: there is a customer, and `money`, which the biller takes, is the account's. Until then they wait. */
export function isBilled({ money: own }: AccountRow, { customer }: BillingRow, money: KeyMode): boolean {
  return customer !== null && own === money;
}

/** Reads the ids of the rows that are due, those that wait longest first. */
export function dueIds({ account, read, nowMs }: Situation, atMost: number, money: KeyMode): readonly string[] {
  const billing = read.billing() ?? noBilling;
  return read.dueOutbox(nowMs, atMost, isBilled(account, billing, money)).map(({ id }) => id);
}

/** Reads a row with what its receiver needs, as it is now; undefined if it is no longer there. */
export function deliveryOf({ account, read }: Omit<Situation, "nowMs">, id: string): Delivery | undefined {
  const row = read.outbox(id);
  return row && { row, account, billing: read.billing() ?? noBilling, entry: read.entry(row.seq) };
}

/** Returns what is written after a row was sent. One that is no longer there changes nothing: another attempt was quicker. */
export function decideDelivered(
  situation: Situation,
  id: string,
  delivered: Delivered,
  random: number,
): readonly Change[] {
  const { read, nowMs } = situation;
  const row = read.outbox(id);
  if (row === undefined) return [];
  if (delivered.type === "later") {
    return [outboxPut({ ...row, attempts: row.attempts + 1, nextMs: nowMs + waitAfter(row.attempts, random) })];
  }
  const dropped: Change = { type: "drop", table: "outbox", id };
  return [dropped, ...afterPurchase(situation, row, delivered)];
}

function afterPurchase(situation: Situation, row: OutboxRow, delivered: Delivered): readonly Change[] {
  const { account, read, nowMs } = situation;
  if (delivered.type === "paid") {
    const credit = { kind: "top-up", ref: delivered.payment, amount: delivered.amount } as const;
    const known = read.credit(credit.kind, credit.ref);
    return decideCredit({ account, held: read.held(), known, lastSeq: read.lastSeq() }, credit, nowMs).changes;
  }
  if (delivered.type !== "declined") return [];
  const id = `auto-top-up-failed.${row.seq}`;
  return [
    { type: "put", table: "billing", row: { ...(read.billing() ?? noBilling), autoTopUp: null } },
    outboxPut({ id, kind: "auto-top-up-failed", seq: row.seq, attempts: 0, nextMs: nowMs }),
  ];
}
