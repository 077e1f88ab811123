import type { Entry, UsageRow } from "../../accounts/ledger-admin.ts";
import type { BillingFacts } from "../../accounts/billing-port.ts";
import type { AccountFacts, KeyFacts } from "../../accounts/ledger-port.ts";

/** The account's only row. What is held is not stored: it is the sum of the holds. */
export type AccountRow = Omit<AccountFacts, "held">;

/** A key. `family` is the id of the first key of those that were rotated into each other: they share caps and concurrency. */
export interface KeyRow extends KeyFacts {
  readonly hash: string;
  readonly family: string;
}

/** Money that is reserved for a charge; the row is gone when it is settled, released or expired. */
export interface HoldRow {
  readonly id: string;
  /** The request that joined it last. */
  readonly requestId: string;
  readonly keyId: string;
  readonly amount: number;
  readonly task: string;
  readonly priceRevision: string;
  readonly placedMs: number;
  readonly deadlineMs: number;
}

/** An id that was charged, and until when it is free. It is not stored, but read from the entries: so it cannot differ from them. */
export interface PaidRow {
  readonly id: string;
  readonly untilMs: number;
}

/** Which request an idempotency key was last sent with. It is in progress while that request holds money; that is not stored. */
export interface IdempotencyRow {
  readonly id: string;
  readonly fingerprint: string;
  readonly requestId: string;
  readonly untilMs: number;
}

/**
 * What is to be told to others: the charges and refunds of a postpaid account, that the balance has become low, that credits are to be bought. `id` is unique for ever, also if
 * an id is charged again on another day; `seq` is that of the entry which it is about.
 */
export interface OutboxRow {
  readonly id: string;
  readonly kind: "charge" | "refund" | "balance-low" | "auto-top-up" | "auto-top-up-failed";
  readonly seq: number;
  readonly attempts: number;
  readonly nextMs: number;
}

/** How the account pays: one row, or none. `isLow` says whether its balance was low when it was looked at last, which has then been told. */
export interface BillingRow extends BillingFacts {
  readonly id: "billing";
  readonly isLow: 0 | 1;
}

/** Which charge the operator's `Idempotency-Key` has given back, and the entry of that refund. It is kept for ever, as the references of credits are. */
export interface RefundKeyRow {
  readonly id: string;
  /** The charge's id. */
  readonly charge: string;
  readonly seq: number;
}

/** The rows of each table. */
export interface Rows {
  readonly account: AccountRow;
  readonly keys: KeyRow;
  readonly holds: HoldRow;
  readonly entries: Entry;
  readonly idempotency: IdempotencyRow;
  readonly outbox: OutboxRow;
  readonly refundKeys: RefundKeyRow;
  readonly billing: BillingRow;
}

/** A change of the tables. `put` replaces the row with the same key; `drop` removes the row with an id; `add` adds up the numbers of the same day, key and task. */
export type Change =
  | {
      readonly [Table in keyof Rows]: { readonly type: "put"; readonly table: Table; readonly row: Rows[Table] };
    }[keyof Rows]
  | { readonly type: "drop"; readonly table: "holds" | "outbox"; readonly id: string }
  /** Removes idempotency keys that have ended at a moment, `atMost` so many of them. */
  | { readonly type: "purge"; readonly endedMs: number; readonly atMost: number }
  | { readonly type: "add"; readonly table: "usage"; readonly row: UsageRow };

/** A decision: what the caller is told, and what is written in the same transaction. */
export interface Step<Reply> {
  readonly reply: Reply;
  readonly changes: readonly Change[];
}
