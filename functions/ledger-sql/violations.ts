import type { Violation } from "../../src/accounts/ledger-admin.ts";
import { PAID_MS } from "../../src/accounts/ledger/limits.ts";

/** What contradicts each rule: every row that a query returns is a violation. `?` is the time. */
const rules: Readonly<Record<string, string>> = {
  "The balance is the sum of the entries.": `
    SELECT balance, (SELECT coalesce(sum(amount), 0) FROM entries) AS entries FROM account WHERE balance <> entries`,
  "Usage is the sum of the charges, by day, key and task.": `
    SELECT day, keyId, task, sum(amount) AS money, sum(answers) AS number FROM (
      SELECT day, keyId, task, amount, answers FROM usage UNION ALL
      SELECT date(atMs / 1000, 'unixepoch'), keyId, task, amount, -1 FROM entries WHERE kind = 'charge'
    ) GROUP BY day, keyId, task HAVING money <> 0 OR number <> 0`,
  "What was given back is in the usage of the charge's day.": `
    SELECT day, keyId, task, sum(refunded) AS difference FROM (
      SELECT day, keyId, task, refunded FROM usage UNION ALL
      SELECT date(charge.atMs / 1000, 'unixepoch'), charge.keyId, charge.task, -refund.amount
      FROM entries AS refund JOIN entries AS charge ON charge.seq = refund.reverses WHERE refund.kind = 'refund'
    ) GROUP BY day, keyId, task HAVING difference <> 0`,
  "An id is charged once in 24 hours.": `
    SELECT one.ref, one.seq, other.seq AS again FROM entries AS one JOIN entries AS other
    ON other.ref = one.ref AND other.kind = 'charge' AND other.seq > one.seq AND other.atMs >= one.atMs AND other.atMs < one.atMs + ${PAID_MS}
    WHERE one.kind = 'charge'`,
  "A refund gives one charge back, whole.": `
    SELECT refund.seq FROM entries AS refund LEFT JOIN entries AS charge
    ON charge.seq = refund.reverses AND charge.kind = 'charge' AND charge.ref = refund.ref AND charge.amount = -refund.amount
    WHERE refund.kind = 'refund' AND charge.seq IS NULL`,
  "A key of a refund names a refund of its charge.": `
    SELECT refundKeys.id FROM refundKeys LEFT JOIN entries USING (seq)
    WHERE entries.kind IS NOT 'refund' OR entries.ref IS NOT refundKeys.charge`,
  "The biller is told of entries that exist.": `
    SELECT outbox.id FROM outbox LEFT JOIN entries USING (seq)
    WHERE outbox.kind IN ('charge', 'refund') AND entries.kind IS NOT outbox.kind`,
  "Every hold belongs to a key and is not negative.": `
    SELECT holds.id FROM holds LEFT JOIN keys ON keys.id = holds.keyId WHERE keys.id IS NULL OR holds.amount < 0`,
  "No hold outlasts its deadline.": `SELECT id, deadlineMs FROM holds WHERE deadlineMs <= ?`,
};

/** Violations of one rule that are reported; one shows that something is wrong, some show what. */
const MAX_REPORTED = 20;

/** Looks for rows that contradict the ledger's rules. It reads everything, so it is not part of a request. */
export function violations(sql: SqlStorage, nowMs: number): readonly Violation[] {
  return Object.entries(rules).flatMap(([rule, query]) => {
    const times = query.includes("?") ? [nowMs] : [];
    const rows = sql.exec(`${query} LIMIT ${MAX_REPORTED}`, ...times).toArray();
    return rows.map((row) => ({ rule, found: JSON.stringify(row) }));
  });
}
