import type { Change, Rows } from "../../src/accounts/ledger/rows.ts";

/** The columns of each table: the names of the row's fields. The first is the primary key. */
const columns: { readonly [Table in keyof Rows]: readonly (keyof Rows[Table] & string)[] } = {
  account: ["id", "name", "mode", "status", "balance", "creditLimit", "capMonth", "createdMs", "money"],
  keys: [
    "id",
    "family",
    "hash",
    "last4",
    "name",
    "terms",
    "createdMs",
    "expiresMs",
    "revokedMs",
    "successor",
    "retiresMs",
  ],
  holds: ["id", "requestId", "keyId", "amount", "task", "priceRevision", "placedMs", "deadlineMs"],
  entries: ["seq", "kind", "ref", "amount", "keyId", "task", "requestId", "priceRevision", "reverses", "atMs"],
  idempotency: ["id", "fingerprint", "requestId", "untilMs"],
  outbox: ["id", "kind", "seq", "attempts", "nextMs"],
  refundKeys: ["id", "charge", "seq"],
  billing: ["id", "customer", "card", "lowBalance", "autoTopUp", "isLow"],
};

/** The texts of statements that were written before: a prepared statement is found by its text. */
const written = new Map<keyof Rows, string>();

/** Adds an entry, or puts a row in the place of the one with the same key. Entries are never replaced: a second one with the same number throws. */
function putStatement(table: keyof Rows): string {
  const statement = written.get(table) ?? writeStatement(table);
  written.set(table, statement);
  return statement;
}

function writeStatement(table: keyof Rows): string {
  const [key, ...rest] = columns[table];
  const marks = Array.from({ length: rest.length + 1 }, () => "?").join(", ");
  const insert = `INSERT INTO ${table} (${[key, ...rest].join(", ")}) VALUES (${marks})`;
  const update = rest.map((name) => `${name} = excluded.${name}`).join(", ");
  return table === "entries" ? insert : `${insert} ON CONFLICT (${key}) DO UPDATE SET ${update}`;
}

/** The values of a row's columns; what is no plain value is stored as JSON. */
function bindings(table: keyof Rows, row: object): readonly unknown[] {
  return columns[table].map((name) => {
    const value: unknown = Reflect.get(row, name);
    return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
  });
}

const DROP = { holds: "DELETE FROM holds WHERE id = ?", outbox: "DELETE FROM outbox WHERE id = ?" };

const ADD_USAGE = `INSERT INTO usage (keyId, day, task, answers, amount, refunded) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET answers = answers + excluded.answers, amount = amount + excluded.amount, refunded = refunded + excluded.refunded`;

const PURGE = "DELETE FROM idempotency WHERE id IN (SELECT id FROM idempotency WHERE untilMs <= ? LIMIT ?)";

/** Writes one change. Call it in a transaction. */
export function applyChange(sql: SqlStorage, change: Change): void {
  if (change.type === "drop") {
    sql.exec(DROP[change.table], change.id);
    return;
  }
  if (change.type === "purge") {
    sql.exec(PURGE, change.endedMs, change.atMost);
    return;
  }
  if (change.type === "add") {
    const { keyId, day, task, answers, amount, refunded } = change.row;
    sql.exec(ADD_USAGE, keyId, day, task, answers, amount, refunded);
    return;
  }
  sql.exec(putStatement(change.table), ...bindings(change.table, change.row));
}
