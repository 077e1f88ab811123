import { batchDueMs, type BatchRow, fileDueMs, type FileRow, hasEnded } from "../../src/batches/batch-state.ts";
import type { ContentPart } from "../../src/batches/book-port.ts";
import { chunkDueMs, type ChunkRow, isFlying } from "../../src/batches/chunk-state.ts";
import type { BatchStorage } from "../../src/batches/storage.ts";
import type { BatchTables, RowPage } from "../../src/batches/tables.ts";

/** As SQLite stores it: what is not JSON is lost. */
function stored<Row>(row: Row): Row {
  return JSON.parse(JSON.stringify(row));
}

interface Timed {
  readonly createdMs: number;
  readonly id: string;
}

function isBefore(row: Timed, { createdMs, id }: Timed): boolean {
  return row.createdMs < createdMs || (row.createdMs === createdMs && row.id < id);
}

function pageOf<Row extends Timed>(rows: Iterable<Row>, { limit, before }: RowPage): readonly Row[] {
  return [...rows]
    .filter((row) => before === undefined || isBefore(row, before))
    .toSorted((one, other) => (isBefore(one, other) ? 1 : -1))
    .slice(0, limit);
}

function dueOf<Row>(rows: Iterable<Row>, dueMs: (row: Row) => number, nowMs: number, limit: number): readonly Row[] {
  const due = [...rows].filter((row) => dueMs(row) <= nowMs);
  return due.toSorted((one, other) => dueMs(one) - dueMs(other)).slice(0, limit);
}

function nameOf(batch: string, number: number): string {
  return `${batch} ${number}`;
}

function bytesOf(bytes: Uint8Array | string): Uint8Array {
  return typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes.slice();
}

/** The tables of a book in memory. A transaction that throws leaves nothing. */
export function memoryBatchTables(): BatchTables & {
  readonly allChunks: () => readonly ChunkRow[];
  readonly isEmpty: () => boolean;
} {
  let [files, batches, chunks] = [new Map<string, FileRow>(), new Map<string, BatchRow>(), new Map<string, ChunkRow>()];
  const inOrder = (): readonly ChunkRow[] =>
    [...chunks.values()].toSorted(
      (one, other) =>
        one.batchMs - other.batchMs ||
        (one.batch < other.batch ? -1 : one.batch > other.batch ? 1 : one.number - other.number),
    );
  return {
    allChunks: inOrder,
    isEmpty: () => files.size + batches.size + chunks.size === 0,
    findFile: (id) => files.get(id),
    putFile: (row) => void files.set(row.id, stored(row)),
    removeFile: (id) => void files.delete(id),
    countFiles: () => [...files.values()].filter(({ isOutput }) => !isOutput).length,
    files: ({ isOutput, ...page }) =>
      pageOf(
        [...files.values()].filter((row) => isOutput === undefined || row.isOutput === isOutput),
        page,
      ),
    findBatch: (id) => batches.get(id),
    putBatch: (row) => void batches.set(row.id, stored(row)),
    removeBatch: (id) => {
      batches.delete(id);
      for (const [name, { batch }] of chunks) if (batch === id) chunks.delete(name);
    },
    countOpenBatches: (inputFile) =>
      [...batches.values()].filter((row) => !hasEnded(row) && (inputFile === undefined || row.inputFile === inputFile))
        .length,
    batches: (page) => pageOf(batches.values(), page),
    findChunk: (batch, number) => chunks.get(nameOf(batch, number)),
    putChunk: (row) => void chunks.set(nameOf(row.batch, row.number), stored(row)),
    chunks: (batch) => inOrder().filter((row) => row.batch === batch),
    countFlying: () => [...chunks.values()].filter(isFlying).length,
    readyChunks: (limit) =>
      inOrder()
        .filter(({ state }) => state === "ready")
        .slice(0, limit),
    sentChunks: () => inOrder().filter(({ state }) => state === "sent"),
    dueChunks: (nowMs, limit) => dueOf(chunks.values(), chunkDueMs, nowMs, limit),
    dueBatches: (nowMs, limit) => dueOf(batches.values(), batchDueMs, nowMs, limit),
    dueFiles: (nowMs, limit) => dueOf(files.values(), fileDueMs, nowMs, limit),
    nextDueMs: () => {
      const all = [
        ...[...files.values()].map(fileDueMs),
        ...[...batches.values()].map(batchDueMs),
        ...[...chunks.values()].map(chunkDueMs),
      ];
      const first = Math.min(...all);
      return first === Infinity ? undefined : first;
    },
    transaction: (work) => {
      const kept = [new Map(files), new Map(batches), new Map(chunks)] as const;
      try {
        return work();
      } catch (thrown) {
        [files, batches, chunks] = kept;
        throw thrown;
      }
    },
  };
}

/** The verbs of a storage that can fail. */
export type StorageVerb = "put" | "read" | "join" | "delete";

/** A storage in memory; `fault` is what happens before each call. */
export function memoryBatchStorage() {
  const objects = new Map<string, Uint8Array>();
  const world = { fault: (_verb: StorageVerb, _name: string): Promise<void> => Promise.resolve() };
  const sizes: number[] = [];
  const joined = async (parts: readonly ContentPart[]): Promise<Uint8Array<ArrayBuffer>> => {
    const all = parts.map(({ object }) => objects.get(object) ?? new Uint8Array());
    return new Uint8Array(await new Blob(all.map((each) => each.slice())).arrayBuffer());
  };
  const storage: BatchStorage = {
    put: async (name, bytes) => {
      await world.fault("put", name);
      objects.set(name, bytesOf(bytes));
    },
    putInParts: async (name) => {
      await world.fault("put", name);
      const parts: Uint8Array<ArrayBuffer>[] = [];
      return {
        put: async (bytes) => {
          await world.fault("put", name);
          sizes.push(bytes.length);
          parts.push(bytes.slice());
        },
        complete: async () => void objects.set(name, new Uint8Array(await new Blob(parts).arrayBuffer())),
        abort: async () => {},
      };
    },
    read: async (name, { offset, length }) => {
      await world.fault("read", name);
      return objects.get(name)?.slice(offset, offset + length);
    },
    join: async (parts) => {
      await world.fault("join", parts[0]?.object ?? "");
      return new Blob([await joined(parts)]).stream();
    },
    delete: async (names) => {
      await world.fault("delete", names[0] ?? "");
      for (const name of names) objects.delete(name);
    },
  };
  return { objects, storage, world, partSizes: sizes };
}
