import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createBatchTables } from "../../functions/batch-sql/sql-tables.ts";
import { type BatchRow, type FileRow, newBatch } from "../../src/batches/batch-state.ts";
import { type ChunkRow, type ChunkState, newChunk } from "../../src/batches/chunk-state.ts";
import type { BatchTables } from "../../src/batches/tables.ts";
import type { BatchStatus } from "../../src/contract/batches.ts";
import { memoryBatchTables } from "../support/memory-batches.ts";

const bookOf = (name: string) => env.BATCH_BOOKS.get(env.BATCH_BOOKS.idFromName(name));
const NOW = Date.UTC(2026, 11, 1);

const anyFile = fc
  .record({ number: fc.nat(5), age: fc.nat(5), isOutput: fc.boolean() })
  .map(({ number, age, isOutput }): FileRow => ({
    id: `file-${number}`,
    bytes: 1,
    createdMs: NOW - age,
    expiresMs: NOW + age * 1000,
    heldMs: 0,
    filename: "a",
    isOutput,
    isErrors: false,
    batch: isOutput ? "batch_1" : null,
    index: null,
  }));

const statuses: readonly BatchStatus[] = ["in_progress", "finalizing", "completed", "cancelling", "cancelled"];
const seed = {
  fingerprint: "f",
  payer: null,
  endpoint: "/v1/caption",
  path: "/v1/caption",
  origin: "https://a.example",
  metadata: null,
};
const anyBatch = fc
  .record({ number: fc.nat(3), age: fc.nat(5), file: fc.nat(2), status: fc.constantFrom(...statuses) })
  .map(({ number, age, file, status }): BatchRow => {
    const row = newBatch(
      { ...seed, id: `batch_${number}`, inputFile: `file-${file}` },
      { lines: 1, errors: [], chunks: [] },
      NOW - age,
    );
    return { ...row, status, endedMs: status.endsWith("ed") ? NOW : null };
  });

const states: readonly ChunkState[] = ["ready", "resting", "sent", "running", "done"];
const anyChunk = fc
  .record({
    batch: fc.nat(3),
    number: fc.nat(12),
    state: fc.constantFrom(...states),
    atMs: fc.nat(100_000),
    isPaused: fc.boolean(),
  })
  .map(({ batch, number, state, atMs, isPaused }): ChunkRow => {
    const row = newChunk(`batch_${batch}`, NOW + (batch % 2), number, { offset: 0, length: 1, line: 1, lines: 1 });
    return { ...row, state, isPaused, nextMs: NOW + atMs, sentMs: NOW + atMs, leaseMs: NOW + atMs };
  });

type Change = (tables: BatchTables) => void;
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  anyFile.map(
    (row): Change =>
      (tables) =>
        tables.putFile(row),
  ),
  anyBatch.map(
    (row): Change =>
      (tables) =>
        tables.putBatch(row),
  ),
  anyChunk.map(
    (row): Change =>
      (tables) =>
        tables.putChunk(row),
  ),
  fc.nat(3).map(
    (number): Change =>
      (tables) =>
        tables.removeBatch(`batch_${number}`),
  ),
  fc.nat(5).map(
    (number): Change =>
      (tables) =>
        tables.removeFile(`file-${number}`),
  ),
);

const before = { createdMs: NOW - 2, id: "file-3" };
const idsOf = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id);
const chunksOf = (rows: readonly ChunkRow[]): readonly string[] =>
  rows.map(({ batch, number }) => `${batch} ${number}`);
const sorted = (names: readonly string[]): readonly string[] => names.toSorted((one, other) => (one < other ? -1 : 1));

const reads: readonly ((tables: BatchTables) => unknown)[] = [
  (tables) => tables.findFile("file-3"),
  (tables) => tables.findBatch("batch_1"),
  (tables) => tables.findChunk("batch_1", 3),
  (tables) => [tables.countFiles(), tables.countFlying(), tables.countOpenBatches(), tables.countOpenBatches("file-1")],
  (tables) => idsOf(tables.files({ limit: 3, before: undefined, isOutput: undefined })),
  (tables) => idsOf(tables.files({ limit: 3, before, isOutput: true })),
  (tables) => idsOf(tables.batches({ limit: 2, before: { createdMs: NOW - 1, id: "batch_2" } })),
  (tables) => chunksOf(tables.chunks("batch_2")),
  (tables) => chunksOf(tables.readyChunks(4)),
  (tables) => sorted(chunksOf(tables.sentChunks())),
  (tables) => sorted(chunksOf(tables.dueChunks(NOW + 50_000, 100))),
  (tables) => sorted(idsOf(tables.dueBatches(NOW + 86_400_000 - 3, 100))),
  (tables) => sorted(idsOf(tables.dueFiles(NOW + 2000, 100))),
  (tables) => tables.nextDueMs(),
];

it("the tables of a book of batches in SQLite read as those in memory do, whatever was written", async () => {
  await runInDurableObject(bookOf("tables"), (_, { storage }) => {
    const property = fc.property(fc.array(anyChange, { maxLength: 40 }), (changes) => {
      const [stored, wanted] = [createBatchTables(storage, () => NOW), memoryBatchTables()];
      for (const table of ["files", "batches", "chunks"]) storage.sql.exec(`DELETE FROM ${table}`);
      for (const change of changes) for (const tables of [stored, wanted]) change(tables);
      for (const read of reads) expect(read(stored)).toEqual(read(wanted));
    });
    fc.assert(property, { numRuns: 60 });
  });
});

it("a transaction that fails leaves nothing, also within another", async () => {
  await runInDurableObject(bookOf("transaction"), (_, { storage }) => {
    const tables = createBatchTables(storage, () => NOW);
    const [row] = fc.sample(anyChunk, 1);
    if (row === undefined) throw new Error("There is no row.");
    const broken = (): void => {
      tables.transaction(() => tables.putChunk(row));
      throw new Error("broken");
    };
    expect(() => tables.transaction(broken)).toThrow("broken");
    expect(tables.chunks(row.batch)).toEqual([]);
  });
});
