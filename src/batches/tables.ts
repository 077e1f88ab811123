import type { BatchRow, FileRow } from "./batch-state.ts";
import type { ChunkRow } from "./chunk-state.ts";

/** A page of rows, newest first. */
export interface RowPage {
  readonly limit: number;
  /** The last row of the page before. */
  readonly before: { readonly createdMs: number; readonly id: string } | undefined;
}

/** The files and batches of one owner, wherever they are stored. */
export interface BatchTables {
  findFile(id: string): FileRow | undefined;
  putFile(row: FileRow): void;
  removeFile(id: string): void;
  /** The number of files that were sent. */
  countFiles(): number;
  files(page: RowPage & { readonly isOutput: boolean | undefined }): readonly FileRow[];
  findBatch(id: string): BatchRow | undefined;
  putBatch(row: BatchRow): void;
  /** Removes a batch with its chunks. */
  removeBatch(id: string): void;
  /** Batches that have not ended, of one file or of all. */
  countOpenBatches(inputFile?: string): number;
  batches(page: RowPage): readonly BatchRow[];
  findChunk(batch: string, number: number): ChunkRow | undefined;
  putChunk(row: ChunkRow): void;
  /** In the order of the file. */
  chunks(batch: string): readonly ChunkRow[];
  /** The number of chunks that have a place in the queue. */
  countFlying(): number;
  /** Chunks that are ready, those of the oldest batch first. */
  readyChunks(limit: number): readonly ChunkRow[];
  /** Chunks with a message in the queue. */
  sentChunks(): readonly ChunkRow[];
  dueChunks(nowMs: number, limit: number): readonly ChunkRow[];
  dueBatches(nowMs: number, limit: number): readonly BatchRow[];
  dueFiles(nowMs: number, limit: number): readonly FileRow[];
  /** The first time at which a row is due; undefined if none will be. */
  nextDueMs(): number | undefined;
  /** Runs changes of which all are stored, or none. */
  transaction<Result>(work: () => Result): Result;
}
