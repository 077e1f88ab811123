import { BATCH_SECONDS, type BatchStatus, ENDED_BATCH_STATUSES, KEPT_FILE_SECONDS } from "../contract/batches.ts";
import type { BatchFacts, FileFacts } from "../contract/batches-port.ts";
import type { JobPayer } from "../contract/jobs-port.ts";
import type { FileIndex } from "./file-index.ts";

/** A file as it is stored. Times are in milliseconds since 1970. */
export interface FileRow extends FileFacts {
  /** Of a file that was sent: its lines. */
  readonly index: FileIndex | null;
  /** Of a file that a batch has written: the batch, and whether it is its error file. */
  readonly batch: string | null;
  readonly isErrors: boolean;
  /** Until when a batch may read it, although nobody else may any more; then, or when it could not be deleted, it is deleted. */
  readonly heldMs: number;
}

/** A batch as it is stored. Times are in milliseconds since 1970. */
export interface BatchRow extends BatchFacts {
  readonly fingerprint: string;
  readonly payer: JobPayer | null;
  readonly path: string;
  readonly origin: string;
  /** Whether its day was over before all lines were answered. */
  readonly isExpired: boolean;
  /** When it is deleted, if that has failed before. */
  readonly nextMs: number;
  /** When its end is to be told to the account's webhooks; null: it has not ended, is told, or nobody is. */
  readonly tellMs: number | null;
  /** Chunks that are not done, and the sizes of what all have written, in bytes. */
  readonly openChunks: number;
  readonly outputBytes: number;
  readonly errorBytes: number;
}

/** What a new batch is made of. */
export type BatchSeed = Pick<
  BatchRow,
  "id" | "fingerprint" | "payer" | "endpoint" | "path" | "origin" | "inputFile" | "metadata"
>;

/** A batch whose file can be used, or that has failed because of it. */
export function newBatch(seed: BatchSeed, { lines, errors, chunks }: FileIndex, nowMs: number): BatchRow {
  const isFailed = errors.length > 0;
  return {
    ...seed,
    errors,
    status: isFailed ? "failed" : "in_progress",
    outputFile: null,
    errorFile: null,
    createdMs: nowMs,
    inProgressMs: isFailed ? null : nowMs,
    expiresMs: nowMs + BATCH_SECONDS * 1000,
    finalizingMs: null,
    cancellingMs: null,
    endedMs: isFailed ? nowMs : null,
    isExpired: false,
    nextMs: 0,
    tellMs: isFailed && seed.payer !== null ? nowMs : null,
    openChunks: isFailed ? 0 : chunks.length,
    outputBytes: 0,
    errorBytes: 0,
    total: lines,
    completed: 0,
    failed: 0,
  };
}

/** Whether nothing changes a batch any more. */
export function hasEnded({ status }: Pick<BatchRow, "status">): boolean {
  return ENDED_BATCH_STATUSES.has(status);
}

/** When a batch that has ended is deleted. */
function deletedMs({ nextMs, endedMs }: BatchRow): number {
  return Math.max(nextMs, (endedMs ?? 0) + KEPT_FILE_SECONDS * 1000);
}

/** When a batch is to be looked at next, whatever becomes of its chunks; Infinity if it waits for them alone. */
export function batchDueMs(row: BatchRow): number {
  if (hasEnded(row)) return row.tellMs ?? deletedMs(row);
  return row.status === "in_progress" ? row.expiresMs : Infinity;
}

/** When a file is to be deleted. */
export function fileDueMs({ expiresMs, heldMs }: FileRow): number {
  return Math.max(expiresMs, heldMs);
}

/** The batch's day is over: its lines without an answer are told as such. */
export function expiredBatch(row: BatchRow, nowMs: number): BatchRow {
  return { ...row, status: "finalizing", finalizingMs: nowMs, isExpired: true };
}

/** Cancels a batch that is worked on; another stays as it is. */
export function cancellingBatch(row: BatchRow, nowMs: number): BatchRow {
  return row.status === "in_progress" ? { ...row, status: "cancelling", cancellingMs: nowMs } : row;
}

/** The status in which a batch ends whose chunks are done. */
function lastStatus({ status, isExpired }: BatchRow): BatchStatus {
  if (status === "cancelling") return "cancelled";
  return isExpired ? "expired" : "completed";
}

/** Ends a batch whose chunks are done. */
export function endedBatch(row: BatchRow, nowMs: number): BatchRow {
  const status = lastStatus(row);
  const finalizingMs = status === "cancelled" ? null : (row.finalizingMs ?? nowMs);
  return { ...row, status, finalizingMs, endedMs: nowMs, tellMs: row.payer === null ? null : nowMs };
}

/** The end of a batch was told, or could not be and is to be later; never after the batch is deleted. */
export function toldBatch(row: BatchRow, againMs: number | undefined): BatchRow {
  return { ...row, tellMs: againMs === undefined || againMs >= deletedMs(row) ? null : againMs };
}

/** What callers may know of a batch. */
export function batchFacts(row: BatchRow): BatchFacts {
  const { id, endpoint, errors, inputFile, status, outputFile, errorFile, metadata } = row;
  const { createdMs, inProgressMs, expiresMs, finalizingMs, cancellingMs, endedMs, total, completed, failed } = row;
  const times = { createdMs, inProgressMs, expiresMs, finalizingMs, cancellingMs, endedMs };
  return {
    id,
    endpoint,
    errors,
    inputFile,
    status,
    outputFile,
    errorFile,
    metadata,
    ...times,
    total,
    completed,
    failed,
  };
}

/** What callers may know of a file. */
export function fileFacts({ id, bytes, createdMs, expiresMs, filename, isOutput }: FileRow): FileFacts {
  return { id, bytes, createdMs, expiresMs, filename, isOutput };
}
