import { batchDueMs, type BatchRow, fileDueMs, type FileRow, hasEnded } from "../../src/batches/batch-state.ts";
import { chunkDueMs, type ChunkRow, isFlying } from "../../src/batches/chunk-state.ts";
import type { BatchTables, RowPage } from "../../src/batches/tables.ts";
import { migrate } from "../ledger-sql/migrate.ts";

/**
 * The steps that make the tables of a book, in order. A step that was released is never changed, and a new one only adds. `row` has all of a file, a batch or a chunk as
 * JSON; the columns are what they are found by. Times are milliseconds since 1970; what waits for others alone has no `dueMs`.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE files (
    id TEXT PRIMARY KEY, isOutput INTEGER NOT NULL, createdMs INTEGER NOT NULL, dueMs INTEGER NOT NULL, row TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX filesDue ON files (dueMs);
  CREATE INDEX filesByTime ON files (createdMs, id);
  CREATE INDEX filesSent ON files (id) WHERE isOutput = 0;
  CREATE TABLE batches (
    id TEXT PRIMARY KEY, isOpen INTEGER NOT NULL, inputFile TEXT NOT NULL, createdMs INTEGER NOT NULL, dueMs INTEGER, row TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX batchesDue ON batches (dueMs) WHERE dueMs IS NOT NULL;
  CREATE INDEX batchesOpen ON batches (inputFile) WHERE isOpen = 1;
  CREATE INDEX batchesByTime ON batches (createdMs, id);
  CREATE TABLE chunks (
    batch TEXT NOT NULL, number INTEGER NOT NULL, batchMs INTEGER NOT NULL, state TEXT NOT NULL, isFlying INTEGER NOT NULL, dueMs INTEGER, row TEXT NOT NULL,
    PRIMARY KEY (batch, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX chunksDue ON chunks (dueMs) WHERE dueMs IS NOT NULL;
  CREATE INDEX chunksFlying ON chunks (state) WHERE isFlying = 1;
  CREATE INDEX chunksReady ON chunks (batchMs, batch, number) WHERE state = 'ready';`,
];

type Stored = { row: string };
type Values = readonly (string | number | null)[];

/** Reads rows that one of `put…` has written. */
type Read<Row> = (query: string, ...values: Values) => readonly Row[];

function createReader<Row>(sql: SqlStorage): Read<Row> {
  return (query, ...values) =>
    sql
      .exec<Stored>(query, ...values)
      .toArray()
      .map(({ row }): Row => JSON.parse(row));
}

const finite = (dueMs: number): number | null => (dueMs === Infinity ? null : dueMs);

/** Returns a page of a table, newest first. */
function pageQuery(table: string, { limit, before }: RowPage, isOutput?: boolean): readonly [string, ...Values] {
  const conditions: readonly (readonly [string, Values])[] = [
    ...(isOutput === undefined ? [] : [["isOutput = ?", [isOutput ? 1 : 0]] as const]),
    ...(before === undefined ? [] : [["(createdMs, id) < (?, ?)", [before.createdMs, before.id]] as const]),
  ];
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.map(([condition]) => condition).join(" AND ")}`;
  const values = conditions.flatMap(([, given]) => given);
  return [`SELECT row FROM ${table} ${where} ORDER BY createdMs DESC, id DESC LIMIT ?`, ...values, limit];
}

function fileTable(sql: SqlStorage) {
  const read = createReader<FileRow>(sql);
  return {
    findFile: (id: string) => read("SELECT row FROM files WHERE id = ?", id)[0],
    putFile: (row: FileRow) => {
      const columns = [row.id, row.isOutput ? 1 : 0, row.createdMs, fileDueMs(row), JSON.stringify(row)];
      sql.exec("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", ...columns);
    },
    removeFile: (id: string) => void sql.exec("DELETE FROM files WHERE id = ?", id),
    countFiles: () => sql.exec<{ n: number }>("SELECT count(*) AS n FROM files WHERE isOutput = 0").one().n,
    files: ({ isOutput, ...page }: Parameters<BatchTables["files"]>[0]) => read(...pageQuery("files", page, isOutput)),
    dueFiles: (nowMs: number, limit: number) =>
      read("SELECT row FROM files WHERE dueMs <= ? ORDER BY dueMs LIMIT ?", nowMs, limit),
  };
}

function batchTable(sql: SqlStorage) {
  const read = createReader<BatchRow>(sql);
  return {
    findBatch: (id: string) => read("SELECT row FROM batches WHERE id = ?", id)[0],
    putBatch: (row: BatchRow) => {
      const { id, inputFile, createdMs } = row;
      const columns = [id, hasEnded(row) ? 0 : 1, inputFile, createdMs, finite(batchDueMs(row)), JSON.stringify(row)];
      sql.exec("INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?, ?, ?)", ...columns);
    },
    removeBatch: (id: string) => {
      sql.exec("DELETE FROM chunks WHERE batch = ?", id);
      sql.exec("DELETE FROM batches WHERE id = ?", id);
    },
    countOpenBatches: (inputFile?: string) => {
      const query = "SELECT count(*) AS n FROM batches WHERE isOpen = 1";
      if (inputFile === undefined) return sql.exec<{ n: number }>(query).one().n;
      return sql.exec<{ n: number }>(`${query} AND inputFile = ?`, inputFile).one().n;
    },
    batches: (page: RowPage) => read(...pageQuery("batches", page)),
    dueBatches: (nowMs: number, limit: number) =>
      read("SELECT row FROM batches WHERE dueMs <= ? ORDER BY dueMs LIMIT ?", nowMs, limit),
  };
}

function chunkTable(sql: SqlStorage) {
  const read = createReader<ChunkRow>(sql);
  return {
    findChunk: (batch: string, number: number) =>
      read("SELECT row FROM chunks WHERE batch = ? AND number = ?", batch, number)[0],
    putChunk: (row: ChunkRow) => {
      const { batch, number, batchMs, state } = row;
      const columns = [
        batch,
        number,
        batchMs,
        state,
        isFlying(row) ? 1 : 0,
        finite(chunkDueMs(row)),
        JSON.stringify(row),
      ];
      sql.exec("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)", ...columns);
    },
    chunks: (batch: string) => read("SELECT row FROM chunks WHERE batch = ? ORDER BY number", batch),
    countFlying: () => sql.exec<{ n: number }>("SELECT count(*) AS n FROM chunks WHERE isFlying = 1").one().n,
    readyChunks: (limit: number) =>
      read("SELECT row FROM chunks WHERE state = 'ready' ORDER BY batchMs, batch, number LIMIT ?", limit),
    sentChunks: () => read("SELECT row FROM chunks WHERE isFlying = 1 AND state = 'sent'"),
    dueChunks: (nowMs: number, limit: number) =>
      read("SELECT row FROM chunks WHERE dueMs <= ? ORDER BY dueMs LIMIT ?", nowMs, limit),
  };
}

/** The files and batches of one owner in its object's SQLite. */
export function createBatchTables(storage: DurableObjectStorage, now: () => number): BatchTables {
  const { sql } = storage;
  storage.transactionSync(() => migrate(sql, migrations, now()));
  const firstDue = (table: string): number =>
    sql.exec<{ at: number | null }>(`SELECT min(dueMs) AS at FROM ${table} WHERE dueMs IS NOT NULL`).one().at ??
    Infinity;
  return {
    ...fileTable(sql),
    ...batchTable(sql),
    ...chunkTable(sql),
    nextDueMs: () => {
      const dueMs = Math.min(...["files", "batches", "chunks"].map(firstDue));
      return dueMs === Infinity ? undefined : dueMs;
    },
    transaction: (work) => storage.transactionSync(work),
  };
}
