import type { DeliveryPage, WebhookFacts } from "../../src/contract/webhooks-port.ts";
import type { DeliveryRow, StoredDelivery } from "../../src/webhooks/delivery.ts";
import { hostOf } from "../../src/webhooks/sender.ts";
import type { SecretRow, WebhookTables } from "../../src/webhooks/tables.ts";

/**
 * Makes the tables of webhooks: a step of the book's migrations. `row` has the whole row as JSON; the columns are what rows are found by. `nextMs` is null for a delivery that has ended,
 * `endedMs` for one that has not. Secrets are stored as they are, since they sign.
 */
export const WEBHOOK_STEP = `CREATE TABLE webhooks (id TEXT PRIMARY KEY, createdMs INTEGER NOT NULL, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE webhookSecrets (place INTEGER PRIMARY KEY, secret TEXT NOT NULL, untilMs INTEGER) STRICT;
  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, url TEXT NOT NULL, host TEXT NOT NULL, job TEXT, nextMs INTEGER, endedMs INTEGER, row TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX deliveriesOnce ON deliveries (id, url);
  CREATE INDEX deliveriesDue ON deliveries (nextMs) WHERE nextMs IS NOT NULL;
  CREATE INDEX deliveriesEnded ON deliveries (endedMs) WHERE endedMs IS NOT NULL;
  CREATE INDEX deliveriesOfJobs ON deliveries (job) WHERE job IS NOT NULL;`;

type Stored = { seq: number; row: string };

function parsed({ seq, row }: Stored): StoredDelivery {
  // Written by `insert` and `put` alone.
  const delivery: DeliveryRow = JSON.parse(row);
  return { ...delivery, seq };
}

const DUE = `SELECT seq, row FROM deliveries WHERE nextMs <= ? AND host NOT IN (SELECT value FROM json_each(?)) ORDER BY nextMs, seq LIMIT 1`;
const INSERT =
  "INSERT OR IGNORE INTO deliveries (id, url, host, job, nextMs, endedMs, row) VALUES (?, ?, ?, ?, ?, ?, ?)";
const PURGE =
  "DELETE FROM deliveries WHERE seq IN (SELECT seq FROM deliveries WHERE endedMs <= ? ORDER BY endedMs, seq LIMIT ?)";

function pageOf(sql: SqlStorage, { job, limit, before }: DeliveryPage): readonly StoredDelivery[] {
  const ofJob = job === undefined ? "" : "AND job = ?";
  const query = `SELECT seq, row FROM deliveries WHERE seq < ? ${ofJob} ORDER BY seq DESC LIMIT ?`;
  const values = [before ?? Number.MAX_SAFE_INTEGER, ...(job === undefined ? [] : [job]), limit];
  return sql
    .exec<Stored>(query, ...values)
    .toArray()
    .map(parsed);
}

function deliveriesIn(sql: SqlStorage) {
  const rows = (query: string, ...values: readonly (string | number)[]): readonly StoredDelivery[] =>
    sql
      .exec<Stored>(`SELECT seq, row FROM deliveries WHERE ${query}`, ...values)
      .toArray()
      .map(parsed);
  const first = (column: "nextMs" | "endedMs"): number | undefined =>
    sql.exec<{ at: number | null }>(`SELECT min(${column}) AS at FROM deliveries WHERE ${column} IS NOT NULL`).one()
      .at ?? undefined;
  return {
    add: (row: DeliveryRow): StoredDelivery => {
      const { id, url, job, nextMs, endedMs } = row;
      sql.exec(INSERT, id, url, hostOf(url), job, nextMs, endedMs, JSON.stringify(row));
      const [stored] = rows("id = ? AND url = ?", id, url);
      if (stored === undefined) throw new Error("A delivery that was added is not there.");
      return stored;
    },
    find: (seq: number) => rows("seq = ?", seq)[0],
    put: ({ seq, ...row }: StoredDelivery): void => {
      const { nextMs, endedMs } = row;
      sql.exec(
        "UPDATE deliveries SET nextMs = ?, endedMs = ?, row = ? WHERE seq = ?",
        nextMs,
        endedMs,
        JSON.stringify(row),
        seq,
      );
    },
    nextDue: (nowMs: number, notTo: readonly string[]) =>
      sql.exec<Stored>(DUE, nowMs, JSON.stringify(notTo)).toArray().map(parsed)[0],
    nextDueMs: () => first("nextMs"),
    firstEndMs: () => first("endedMs"),
    page: (page: DeliveryPage) => pageOf(sql, page),
    purge: (untilMs: number, atMost: number): void => void sql.exec(PURGE, untilMs, atMost),
  };
}

/** The webhooks of one owner in its object's SQLite, whose tables are there. */
export function createWebhookTables(storage: DurableObjectStorage): WebhookTables {
  const { sql } = storage;
  return {
    ...deliveriesIn(sql),
    webhooks: () =>
      sql
        .exec<{ row: string }>("SELECT row FROM webhooks ORDER BY createdMs, id")
        .toArray()
        .map(({ row }): WebhookFacts => JSON.parse(row)),
    putWebhook: (row) =>
      void sql.exec("INSERT OR REPLACE INTO webhooks VALUES (?, ?, ?)", row.id, row.createdMs, JSON.stringify(row)),
    removeWebhook: (id) => void sql.exec("DELETE FROM webhooks WHERE id = ?", id),
    secrets: () =>
      sql
        .exec<{ secret: string; untilMs: number | null }>("SELECT secret, untilMs FROM webhookSecrets ORDER BY place")
        .toArray() satisfies SecretRow[],
    putSecrets: (secrets) => {
      sql.exec("DELETE FROM webhookSecrets");
      for (const [place, { secret, untilMs }] of secrets.entries()) {
        sql.exec("INSERT INTO webhookSecrets VALUES (?, ?, ?)", place, secret, untilMs);
      }
    },
    transaction: (work) => storage.transactionSync(work),
  };
}
