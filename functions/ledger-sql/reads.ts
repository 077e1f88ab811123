import type { Entry, UsageRow } from "../../src/accounts/ledger-admin.ts";
import type { KeyTerms } from "../../src/accounts/ledger-port.ts";
import { PAID_MS } from "../../src/accounts/ledger/limits.ts";
import type {
  AccountRow,
  BillingRow,
  HoldRow,
  IdempotencyRow,
  KeyRow,
  OutboxRow,
  PaidRow,
  RefundKeyRow,
} from "../../src/accounts/ledger/rows.ts";
import type { LedgerReads } from "../../src/accounts/ledger/tables.ts";
import { listEntries, listUsage } from "./lists.ts";
import type { Stored } from "./stored.ts";
import { violations } from "./violations.ts";

type StoredKey = Stored<Omit<KeyRow, "terms"> & { readonly terms: string }>;

function toKey({ terms: json, ...row }: StoredKey): KeyRow {
  const terms: KeyTerms = JSON.parse(json);
  return { ...row, terms };
}

/** The account's row; the tables must be there. */
export function readAccount(sql: SqlStorage): AccountRow | undefined {
  return sql.exec<Stored<AccountRow>>("SELECT * FROM account").toArray()[0];
}

/** A list of ids is bound as one JSON array: SQLite allows 100 parameters. */
const IN_LIST = "IN (SELECT value FROM json_each(?))";

/** Reads an account's tables. */
export function createReads(sql: SqlStorage): LedgerReads {
  return { ...keyReads(sql), ...guardReads(sql), ...sums(sql), ...entryReads(sql), ...outboxReads(sql) };
}

function keyReads(sql: SqlStorage) {
  const keys = (where: string, ...values: readonly string[]): readonly KeyRow[] =>
    sql
      .exec<StoredKey>(`SELECT * FROM keys ${where}`, ...values)
      .toArray()
      .map(toKey);
  return {
    keyByHash: (hash: string) => keys("WHERE hash = ?", hash)[0],
    keyById: (id: string) => keys("WHERE id = ?", id)[0],
    keys: () => keys("ORDER BY rowid"),
  };
}

/** Found by the index of references. */
const paidQuery = (isOneOf: string): string =>
  `SELECT ref AS id, max(atMs) + ${PAID_MS} AS untilMs FROM entries WHERE kind = 'charge' AND ref ${isOneOf} GROUP BY ref`;
const PAID = paidQuery(IN_LIST);
/** Most requests ask for one: a list is read with another statement inside. */
const PAID_ONE = paidQuery("= ?");

function readPaid(sql: SqlStorage, ids: readonly string[]): readonly PaidRow[] {
  if (ids.length === 0) return [];
  const [id] = ids;
  const rows =
    ids.length === 1 ? sql.exec<Stored<PaidRow>>(PAID_ONE, id) : sql.exec<Stored<PaidRow>>(PAID, JSON.stringify(ids));
  return rows.toArray();
}

function guardReads(sql: SqlStorage) {
  const holds = (where: string, ...values: readonly unknown[]): readonly HoldRow[] =>
    sql.exec<Stored<HoldRow>>(`SELECT * FROM holds ${where}`, ...values).toArray();
  const idempotency = (where: string, ...values: readonly unknown[]): readonly IdempotencyRow[] =>
    sql.exec<Stored<IdempotencyRow>>(`SELECT * FROM idempotency ${where}`, ...values).toArray();
  return {
    allHolds: () => holds(""),
    holds: (ids: readonly string[]) => holds(`WHERE id ${IN_LIST}`, JSON.stringify(ids)),
    paid: (ids: readonly string[]) => readPaid(sql, ids),
    idempotency: (id: string) => idempotency("WHERE id = ?", id)[0],
    dueHolds: (...times: readonly [number, number]) => holds("WHERE deadlineMs <= ? OR deadlineMs > ?", ...times),
  };
}

/** Of `keys` that belong to a family. */
const IN_FAMILY = "keyId IN (SELECT id FROM keys WHERE family = ?)";

function sums(sql: SqlStorage) {
  const number = (query: string, ...values: readonly unknown[]): number | undefined =>
    sql.exec<{ value: number | null }>(`SELECT ${query} AS value`, ...values).one().value ?? undefined;
  const spent = "(SELECT sum(amount - refunded) FROM usage WHERE day >= ?";
  return {
    held: () => number("(SELECT sum(amount) FROM holds)") ?? 0,
    heldBy: (family: string, withoutRequest: string) => ({
      amount: number(`(SELECT sum(amount) FROM holds WHERE ${IN_FAMILY})`, family) ?? 0,
      requests:
        number(
          `(SELECT count(DISTINCT requestId) FROM holds WHERE ${IN_FAMILY} AND requestId <> ?)`,
          family,
          withoutRequest,
        ) ?? 0,
    }),
    deadlineOf: (requestId: string) => number("(SELECT max(deadlineMs) FROM holds WHERE requestId = ?)", requestId),
    nextDeadline: () => number("(SELECT min(deadlineMs) FROM holds)"),
    nextIdempotencyEnd: () => number("(SELECT min(untilMs) FROM idempotency)"),
    hasIdempotency: () => number("EXISTS (SELECT 1 FROM idempotency)") === 1,
    spent: (sinceDay: string, family?: string) =>
      (family === undefined
        ? number(`${spent} AND keyId IN (SELECT id FROM keys))`, sinceDay)
        : number(`${spent} AND ${IN_FAMILY})`, sinceDay, family)) ?? 0,
    lastSeq: () => number("(SELECT max(seq) FROM entries)") ?? 0,
    count: (table: "entries" | "holds") => number(`(SELECT count(*) FROM ${table})`) ?? 0,
  };
}

/** Which rows of the outbox can be sent. */
function sendable(withBills: boolean): string {
  return withBills ? "TRUE" : "kind NOT IN ('charge', 'refund')";
}

function outboxReads(sql: SqlStorage) {
  const rows = (rest: string, ...values: readonly unknown[]): readonly OutboxRow[] =>
    sql.exec<Stored<OutboxRow>>(`SELECT * FROM outbox ${rest}`, ...values).toArray();
  return {
    billing: () => sql.exec<Stored<BillingRow>>("SELECT * FROM billing").toArray()[0],
    dueOutbox: (nowMs: number, atMost: number, withBills: boolean) =>
      rows(`WHERE nextMs <= ? AND ${sendable(withBills)} ORDER BY nextMs LIMIT ?`, nowMs, atMost),
    outbox: (id: string) => rows("WHERE id = ?", id)[0],
    hasOutbox: (kind: OutboxRow["kind"]) => rows("WHERE kind = ? LIMIT 1", kind).length > 0,
    nextOutbox: (withBills: boolean) => rows(`WHERE ${sendable(withBills)} ORDER BY nextMs LIMIT 1`)[0]?.nextMs,
    entry: (seq: number) => sql.exec<Stored<Entry>>("SELECT * FROM entries WHERE seq = ?", seq).toArray()[0],
  };
}

const REFUNDABLE = `SELECT * FROM entries AS charge
  WHERE seq IN (SELECT max(seq) FROM entries WHERE kind = 'charge' AND ref ${IN_LIST} GROUP BY ref)
  AND NOT EXISTS (SELECT 1 FROM entries WHERE kind = 'refund' AND reverses = charge.seq)`;

function entryReads(sql: SqlStorage) {
  return {
    refundable: (ids: readonly string[]) => sql.exec<Stored<Entry>>(REFUNDABLE, JSON.stringify(ids)).toArray(),
    refundKey: (id: string) => sql.exec<Stored<RefundKeyRow>>("SELECT * FROM refundKeys WHERE id = ?", id).toArray()[0],
    credit: (kind: Entry["kind"], ref: string) =>
      sql
        .exec<Stored<Entry>>(
          "SELECT * FROM entries WHERE kind = ? AND ref = ? AND kind IN ('grant', 'top-up', 'adjust', 'reversal')",
          kind,
          ref,
        )
        .toArray()[0],
    usage: (query: Parameters<LedgerReads["usage"]>[0]): readonly UsageRow[] => listUsage(sql, query),
    entries: (query: Parameters<LedgerReads["entries"]>[0]) => listEntries(sql, query),
    violations: (nowMs: number) => violations(sql, nowMs),
  };
}
