import type { KeyMode } from "../../accounts/key-codec.ts";
import { type BalanceCause, noBilling, watchBalance } from "./billing.ts";
import { decideDelivered, type Delivered, type Delivery, deliveryOf, dueIds, isBilled } from "./deliveries.ts";
import type { LedgerTables } from "./tables.ts";

/** Rows that one round reads: each is a request, sent one after another, and requests for answers have their turn in between. */
const ROUND_ROWS = 100;

/** How long a round sends, in milliseconds: then holds are looked after again. */
const ROUND_MS = 10_000;

/** Rows that a round loses one after another to a receiver that is away, before it waits: the others would fare no better. */
const MAX_FAILURES = 5;

/** The wait for a receiver that is away, in milliseconds. */
const AWAY_WAIT_MS = 5000;

/** Sends a row. Never rejects. */
export type Deliver = (delivery: Delivery) => Promise<Delivered>;

/** What sends the rows of an account's outbox. */
export interface OutboxRoundOptions {
  readonly tables: LedgerTables;
  readonly deliver: Deliver;
  /** Which money the biller takes. */
  readonly money: KeyMode;
  readonly now: () => number;
  /** In 0..1. */
  readonly random: () => number;
}

/**
 * Sends rows that are due, and returns when the next ones are to be sent; undefined if there are none. One row after another: a meter at Stripe takes one event of a customer
 * at a time. What becomes of each is written before the next is sent, so that a process that ends forgets one at most, which is then sent again under the same id.
 */
export async function sendDue({
  tables,
  deliver,
  money,
  now,
  random,
}: OutboxRoundOptions): Promise<number | undefined> {
  const endMs = now() + ROUND_MS;
  let failures = 0;
  for (const id of readDue(tables, now(), money)) {
    const delivery = readDelivery(tables, id);
    if (delivery === undefined) continue;
    const delivered = await deliver(delivery);
    writeDelivered(tables, id, delivered, { nowMs: now(), random: random() });
    failures = delivered.type === "later" && delivered.isAway ? failures + 1 : 0;
    if (failures >= MAX_FAILURES || now() >= endMs) break;
  }
  const nextMs = nextDelivery(tables, money);
  return nextMs !== undefined && failures >= MAX_FAILURES ? Math.max(nextMs, now() + AWAY_WAIT_MS) : nextMs;
}

function readDue(tables: LedgerTables, nowMs: number, money: KeyMode): readonly string[] {
  const account = tables.account();
  return account === undefined ? [] : dueIds({ account, read: tables.read, nowMs }, ROUND_ROWS, money);
}

/** A round may last for seconds, in which its account changes: nothing is bought for one that has just said that it buys no more. */
function readDelivery(tables: LedgerTables, id: string): Delivery | undefined {
  const account = tables.account();
  return account && deliveryOf({ account, read: tables.read }, id);
}

/** When the first row is due; undefined if there is none. */
export function nextDelivery(tables: LedgerTables, money: KeyMode): number | undefined {
  const { read } = tables;
  const row = tables.account();
  return row && read.nextOutbox(isBilled(row, read.billing() ?? noBilling, money));
}

function writeDelivered(
  tables: LedgerTables,
  id: string,
  delivered: Delivered,
  { nowMs, random }: { readonly nowMs: number; readonly random: number },
): void {
  tables.transaction(() => {
    const account = tables.account();
    if (account === undefined) return;
    tables.apply(decideDelivered({ account, read: tables.read, nowMs }, id, delivered, random));
    if (delivered.type === "paid") watch(tables, nowMs, "top-up");
  });
}

/** Compares the balance with the account's threshold after entries were written. Call it in a transaction, without a wait after the entries. */
export function watch(tables: LedgerTables, nowMs: number, cause: BalanceCause): void {
  const account = tables.account();
  if (account === undefined) return;
  const { read } = tables;
  tables.apply(watchBalance({ account, read, nowMs }, read.billing(), cause));
}
