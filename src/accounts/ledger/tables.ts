import type { Entry, EntryPage, EntryQuery, UsageQuery, UsageRow, Violation } from "../../accounts/ledger-admin.ts";
import type {
  AccountRow,
  BillingRow,
  Change,
  HoldRow,
  IdempotencyRow,
  KeyRow,
  OutboxRow,
  PaidRow,
  RefundKeyRow,
} from "./rows.ts";

/** The tables of one account. Everything is synchronous, so that a transaction has no gaps. */
export interface LedgerTables {
  /** Runs the work; if it throws, nothing of it remains. */
  transaction<Result>(work: () => Result): Result;
  apply(changes: readonly Change[]): void;
  /** Makes the tables of an account that has none. */
  createTables(): void;
  /** Undefined also if there are no tables; then nothing else but `createTables` is called. */
  account(): AccountRow | undefined;
  readonly read: LedgerReads;
}

/** What the decisions are made from. */
export interface LedgerReads {
  keyByHash(hash: string): KeyRow | undefined;
  keyById(id: string): KeyRow | undefined;
  /** In the order in which they were made. */
  keys(): readonly KeyRow[];
  allHolds(): readonly HoldRow[];
  holds(ids: readonly string[]): readonly HoldRow[];
  /** Of the ids that were ever charged: until when each is free, 24 hours after its last charge. */
  paid(ids: readonly string[]): readonly PaidRow[];
  idempotency(id: string): IdempotencyRow | undefined;
  /** Sum of all holds. */
  held(): number;
  /** Sum of a family's holds, and the number of requests that they belong to, without one of them. */
  heldBy(family: string, withoutRequest: string): { readonly amount: number; readonly requests: number };
  /** The latest deadline of a request's holds. */
  deadlineOf(requestId: string): number | undefined;
  /** Charges less refunds of a family of keys, or of the account, on a UTC day and all that come after it. */
  spent(sinceDay: string, family?: string): number;
  /** The highest `seq`, 0 if there is no entry. */
  lastSeq(): number;
  /** The last charge of each id that has one, unless it was given back. */
  refundable(ids: readonly string[]): readonly Entry[];
  /** What an `Idempotency-Key` has given back. */
  refundKey(id: string): RefundKeyRow | undefined;
  /** The entry of a credit. */
  credit(kind: Entry["kind"], ref: string): Entry | undefined;
  /** Holds with a deadline until the first moment, or after the second. */
  dueHolds(nowMs: number, latestMs: number): readonly HoldRow[];
  /** The earliest deadline of a hold. */
  nextDeadline(): number | undefined;
  /** When the first of the idempotency keys ends. */
  nextIdempotencyEnd(): number | undefined;
  hasIdempotency(): boolean;
  billing(): BillingRow | undefined;
  /** Rows of the outbox that are due, those first that have been for longest; of charges and refunds only with `withBills`. */
  dueOutbox(nowMs: number, atMost: number, withBills: boolean): readonly OutboxRow[];
  outbox(id: string): OutboxRow | undefined;
  /** Whether a row of a kind is in the outbox. */
  hasOutbox(kind: OutboxRow["kind"]): boolean;
  /** When the first row of the outbox is due. */
  nextOutbox(withBills: boolean): number | undefined;
  entry(seq: number): Entry | undefined;
  usage(query: UsageQuery): readonly UsageRow[];
  entries(query: EntryQuery): EntryPage;
  count(table: "entries" | "holds"): number;
  violations(nowMs: number): readonly Violation[];
}
