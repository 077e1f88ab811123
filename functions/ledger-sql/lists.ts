import type { Entry, EntryPage, EntryQuery, UsageQuery, UsageRow } from "../../src/accounts/ledger-admin.ts";
import type { Stored } from "./stored.ts";

const USAGE = `SELECT day, keyId, task, answers, amount, refunded FROM usage
  WHERE day BETWEEN ? AND ? AND (day, keyId, task) > (?, ?, ?) ORDER BY day, keyId, task LIMIT ?`;

/** A page of usage, in the order of day, key and task. */
export function listUsage(sql: SqlStorage, { from, to, after, limit }: UsageQuery): readonly UsageRow[] {
  const { day = "", keyId = "", task = "" } = after ?? {};
  return sql.exec<Stored<UsageRow>>(USAGE, from, to, day, keyId, task, limit).toArray();
}

/** The kinds are bound as one JSON array. A reference names few entries, which are found by their index. */
const entriesQuery = (conditions: readonly string[]): string =>
  `SELECT * FROM entries WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT ?`;

/** A page of entries, newest first. One more is read, to know whether there is a next page. */
export function listEntries(
  sql: SqlStorage,
  { kinds, before, limit, keyId, ref, fromMs, toMs }: EntryQuery,
): EntryPage {
  const conditions: readonly (readonly [string, string | number | undefined])[] = [
    ["kind IN (SELECT value FROM json_each(?))", JSON.stringify(kinds)],
    ["seq < ?", before],
    ["keyId = ?", keyId],
    ["ref = ?", ref],
    ["atMs >= ?", fromMs],
    ["atMs < ?", toMs],
  ];
  const given = conditions.filter(([, value]) => value !== undefined);
  const query = entriesQuery(given.map(([condition]) => condition));
  const rows = sql.exec<Stored<Entry>>(query, ...given.map(([, value]) => value), limit + 1).toArray();
  const entries = rows.slice(0, limit);
  return { entries, next: rows.length > limit ? (entries.at(-1)?.seq ?? null) : null };
}
