import { KEPT_FILE_SECONDS, MAX_OPEN_BATCHES } from "../contract/batches.ts";
import type { BatchFacts } from "../contract/batches-port.ts";
import {
  batchFacts,
  type BatchRow,
  type BatchSeed,
  cancellingBatch,
  endedBatch,
  expiredBatch,
  type FileRow,
  hasEnded,
  newBatch,
} from "./batch-state.ts";
import type { AfterPage, BatchReply } from "./book-port.ts";
import { type ChunkRow, closedChunk, newChunk } from "./chunk-state.ts";
import { type BookOptions, pageAfter } from "./file-verbs.ts";

/** What else the verbs of batches need. */
export interface BatchOptions extends BookOptions {
  /** Returns a new id of a file in the same book. */
  readonly newFileId: (near: string) => string;
  /** Called in the transaction that ends a batch. */
  readonly onEnd: (row: BatchRow) => void;
}

/** How long a batch may read its file after its day, in milliseconds: to tell its lines that they were not answered. */
export const READ_AFTER_MS = 24 * 60 * 60 * 1000;

/** Makes a file of what a batch has written, and returns its id; null if that is nothing. */
function writtenFile(row: BatchRow, isErrors: boolean, { tables, now, newFileId }: BatchOptions): string | null {
  const bytes = isErrors ? row.errorBytes : row.outputBytes;
  if (bytes === 0) return null;
  const createdMs = now();
  const file: FileRow = {
    id: newFileId(row.id),
    bytes,
    createdMs,
    expiresMs: createdMs + KEPT_FILE_SECONDS * 1000,
    heldMs: 0,
    filename: `${row.id}_${isErrors ? "error" : "output"}.jsonl`,
    isOutput: true,
    isErrors,
    batch: row.id,
    index: null,
  };
  tables.putFile(file);
  return file.id;
}

/** How batches change with their chunks; each change is a part of a transaction. */
export function createBatchChanges(options: BatchOptions) {
  const { tables, now, onEnd } = options;
  const end = (row: BatchRow): BatchRow => {
    const files = { outputFile: writtenFile(row, false, options), errorFile: writtenFile(row, true, options) };
    const ended = { ...endedBatch(row, now()), ...files };
    onEnd(ended);
    return ended;
  };
  const put = (row: BatchRow): BatchRow => {
    const next = row.openChunks === 0 && !hasEnded(row) ? end(row) : row;
    tables.putBatch(next);
    return next;
  };
  /** Stores a chunk, and what its batch has gained by it. The batch is not stored. */
  const putChunk = (row: BatchRow, before: ChunkRow, after: ChunkRow): BatchRow => {
    tables.putChunk(after);
    const written = after.segments.slice(before.segments.length);
    const sum = (kind: "output" | "errors"): number => written.reduce((total, each) => total + each[kind], 0);
    return {
      ...row,
      openChunks: row.openChunks - (after.state === "done" && before.state !== "done" ? 1 : 0),
      completed: row.completed + after.completed - before.completed,
      failed: row.failed + after.failed - before.failed,
      outputBytes: row.outputBytes + sum("output"),
      errorBytes: row.errorBytes + sum("errors"),
    };
  };
  return { put, putChunk };
}

/** Changes of batches. */
export type BatchChanges = ReturnType<typeof createBatchChanges>;

/** Stores a new batch with its chunks. */
function addBatch(seed: BatchSeed, file: FileRow, { tables, now, onEnd }: BatchOptions): BatchRow {
  const index = file.index ?? { chunks: [], lines: 0, errors: [] };
  const row = newBatch(seed, index, now());
  tables.putBatch(row);
  if (hasEnded(row)) {
    onEnd(row);
    return row;
  }
  index.chunks.forEach((chunk, number) => tables.putChunk(newChunk(row.id, row.createdMs, number, chunk)));
  tables.putFile({ ...file, heldMs: Math.max(file.heldMs, row.expiresMs + READ_AFTER_MS) });
  return row;
}

/** The verbs of batches. Each is a part of a transaction. */
export function batchVerbs(options: BatchOptions, { put, putChunk }: BatchChanges) {
  const { tables, now } = options;
  /** Changes the chunks of a batch that are not worked on. */
  const changeWaiting = (row: BatchRow, next: (chunk: ChunkRow) => ChunkRow): BatchRow =>
    tables
      .chunks(row.id)
      .filter(({ state }) => state !== "done" && state !== "running")
      .reduce((batch, chunk) => putChunk(batch, chunk, next(chunk)), row);
  return {
    create: (seed: BatchSeed): BatchReply => {
      const known = tables.findBatch(seed.id);
      if (known !== undefined && known.fingerprint !== seed.fingerprint) {
        return { type: "refused", code: "idempotency-key-reused" };
      }
      if (known !== undefined) return { type: "existing", batch: batchFacts(known) };
      const file = tables.findFile(seed.inputFile);
      if (file === undefined || file.index === null || file.expiresMs <= now()) {
        return { type: "refused", code: "unknown-file" };
      }
      if (tables.countOpenBatches() >= MAX_OPEN_BATCHES) return { type: "refused", code: "too-many-batches" };
      return { type: "created", batch: batchFacts(addBatch(seed, file, options)) };
    },
    batch: (id: string): BatchFacts | undefined => {
      const row = tables.findBatch(id);
      return row && batchFacts(row);
    },
    cancel: (id: string): BatchFacts | undefined => {
      const row = tables.findBatch(id);
      if (row?.status !== "in_progress") return row && batchFacts(row);
      return batchFacts(put(changeWaiting(cancellingBatch(row, now()), (chunk) => closedChunk(chunk, false))));
    },
    /** The batch's day is over. */
    expire: (row: BatchRow): BatchRow =>
      put(changeWaiting(expiredBatch(row, now()), (chunk) => ({ ...chunk, state: "ready", isPaused: false }))),
    batches: (page: AfterPage): readonly BatchFacts[] => {
      const rows = pageAfter(page, (id) => tables.findBatch(id));
      return rows === undefined ? [] : tables.batches(rows).map(batchFacts);
    },
  };
}
