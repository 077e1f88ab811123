import type { JobStatus } from "../../src/contract/jobs.ts";
import { dueMs, hasEnded, type JobRow } from "../../src/jobs/job.ts";
import type { JobPage, JobTables } from "../../src/jobs/tables.ts";
import { migrate } from "../ledger-sql/migrate.ts";
import { WEBHOOK_STEP } from "./webhook-tables.ts";

/**
 * The steps that make the tables of a book, in order. A step that was released is never changed, and a new one only adds. `row` has the whole job as JSON; the columns
 * are what jobs are found by. Times are milliseconds since 1970.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE jobs (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, isOpen INTEGER NOT NULL, createdMs INTEGER NOT NULL, dueMs INTEGER NOT NULL, row TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX jobsDue ON jobs (dueMs);
  CREATE INDEX jobsOpen ON jobs (id) WHERE isOpen = 1;
  CREATE INDEX jobsByTime ON jobs (createdMs, id);`,
  WEBHOOK_STEP,
];

type Stored = { row: string };

function parsed({ row }: Stored): JobRow {
  // Written by `put` alone.
  return JSON.parse(row);
}

function pageOf(sql: SqlStorage, { status, limit, before }: JobPage): readonly JobRow[] {
  const conditions: readonly (readonly [string, readonly (string | number)[]])[] = [
    ...(status === undefined ? [] : [["status = ?", [status satisfies JobStatus]] as const]),
    ...(before === undefined ? [] : [["(createdMs, id) < (?, ?)", [before.createdMs, before.id]] as const]),
  ];
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.map(([condition]) => condition).join(" AND ")}`;
  const values = conditions.flatMap(([, given]) => given);
  const query = `SELECT row FROM jobs ${where} ORDER BY createdMs DESC, id DESC LIMIT ?`;
  return sql
    .exec<Stored>(query, ...values, limit)
    .toArray()
    .map(parsed);
}

/** The jobs of one owner in its object's SQLite. Nothing is stored before the first job. */
export function createJobTables(storage: DurableObjectStorage, now: () => number): JobTables {
  const { sql } = storage;
  storage.transactionSync(() => migrate(sql, migrations, now()));
  return {
    find: (id) => sql.exec<Stored>("SELECT row FROM jobs WHERE id = ?", id).toArray().map(parsed)[0],
    put: (row) => {
      const columns = [row.id, row.status, hasEnded(row) ? 0 : 1, row.createdMs, dueMs(row), JSON.stringify(row)];
      sql.exec("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?, ?)", ...columns);
    },
    remove: (id) => void sql.exec("DELETE FROM jobs WHERE id = ?", id),
    countOpen: () => sql.exec<{ n: number }>("SELECT count(*) AS n FROM jobs WHERE isOpen = 1").one().n,
    due: (nowMs, limit) =>
      sql
        .exec<Stored>("SELECT row FROM jobs WHERE dueMs <= ? ORDER BY dueMs LIMIT ?", nowMs, limit)
        .toArray()
        .map(parsed),
    nextDueMs: () => sql.exec<{ at: number | null }>("SELECT min(dueMs) AS at FROM jobs").one().at ?? undefined,
    page: (page) => pageOf(sql, page),
    transaction: (work) => storage.transactionSync(work),
  };
}
