import type { RateReply } from "../../accounts/rate.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { expireHolds } from "./expire.ts";
import type { AccountRow, KeyRow, Step } from "./rows.ts";
import type { LedgerReads, LedgerTables } from "./tables.ts";

/** What the ledger of one account works with. */
export interface LedgerOptions {
  readonly tables: LedgerTables;
  /** The account's own clock, in milliseconds since 1970; it may jump. */
  readonly now: () => number;
  /** Counts a request of a valid key against its rate limits; undefined if it has none. What it remembers may be lost: that forgives a rate, never money. */
  readonly countRequest: (key: KeyRow, nowMs: number) => RateReply | undefined;
}

/** What a decision may look at. */
export interface Situation {
  readonly account: AccountRow;
  readonly read: LedgerReads;
  readonly nowMs: number;
}

/** Runs a verb. */
export type Transact = <Reply>(decide: (situation: Situation) => Step<Reply | Refusal>) => Reply | Refusal;

/**
 * Returns what runs a verb in one transaction: it expires what is due, reads, decides and writes. `absent` is the answer where no account was created,
 * for which nothing is read or written.
 */
export function createTransact({ tables, now }: LedgerOptions, absent: Refusal): Transact {
  return (decide) =>
    tables.transaction(() => {
      const account = tables.account();
      if (account === undefined) return absent;
      const { read } = tables;
      const nowMs = now();
      tables.apply(expireHolds(read, nowMs));
      const { reply, changes } = decide({ account, read, nowMs });
      tables.apply(changes);
      return reply;
    });
}
