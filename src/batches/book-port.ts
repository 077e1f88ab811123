import type { BatchFacts, FileFacts } from "../contract/batches-port.ts";
import type { ProblemCode } from "../contract/problems.ts";
import type { JobPayer } from "../contract/jobs-port.ts";
import type { BatchSeed } from "./batch-state.ts";
import type { Report } from "./chunk-state.ts";
import type { Chunk, FileIndex } from "./file-index.ts";
import type { RowPage } from "./tables.ts";

/** A book's refusal of something. */
export interface Refusal<Code extends ProblemCode> {
  readonly type: "refused";
  readonly code: Code;
}

/** A file that was sent, with its lines. */
export interface FileSeed extends Pick<FileFacts, "id" | "bytes" | "filename"> {
  readonly keptSeconds: number;
  readonly index: FileIndex;
}

/** The reply to a new batch. */
export type BatchReply =
  | { readonly type: "created" | "existing"; readonly batch: BatchFacts }
  | Refusal<"unknown-file" | "too-many-batches" | "idempotency-key-reused">;

/** A piece of a file's content: an object in the storage and its size in bytes. */
export interface ContentPart {
  readonly object: string;
  readonly bytes: number;
}

/** A chunk to be worked on. Its attempt is needed to end it. */
export interface BegunChunk {
  readonly attempt: number;
  /** How long the attempt may be silent, in milliseconds. */
  readonly leaseMs: number;
  readonly chunk: Chunk;
  readonly doneLines: readonly number[];
  readonly retries: number;
  readonly faults: number;
  readonly inputObject: string;
  readonly endpoint: string;
  readonly path: string;
  readonly origin: string;
  readonly payer: JobPayer | null;
  /** Undefined: the lines are asked. Otherwise they all end in this problem. */
  readonly ending: "batch-expired" | "job-abandoned" | undefined;
}

/** The files and batches of one owner. Every verb may be repeated. */
export interface BatchBook {
  /** Whether another file may be sent. */
  mayAddFile(): Promise<boolean>;
  addFile(seed: FileSeed): Promise<FileFacts | Refusal<"too-many-batches">>;
  file(id: string): Promise<FileFacts | undefined>;
  /** Undefined if there is no such file. */
  content(id: string): Promise<{ readonly file: FileFacts; readonly parts: readonly ContentPart[] } | undefined>;
  deleteFile(id: string): Promise<"deleted" | "unknown-file" | "file-in-use">;
  files(page: FilePage): Promise<readonly FileFacts[]>;
  create(seed: BatchSeed): Promise<BatchReply>;
  batch(id: string): Promise<BatchFacts | undefined>;
  cancel(id: string): Promise<BatchFacts | undefined>;
  batches(page: AfterPage): Promise<readonly BatchFacts[]>;
  /** Begins an attempt; undefined if there is nothing to do. */
  begin(batch: string, chunk: number): Promise<BegunChunk | undefined>;
  /** Says that an attempt goes on; false if it is to end with what it has. */
  extend(batch: string, chunk: number, attempt: number): Promise<boolean>;
  /** Ends an attempt; false if it was not the chunk's any more. */
  finish(batch: string, chunk: number, attempt: number, report: Report): Promise<boolean>;
}

/** A page after a row, by its id. One that does not exist any more begins no page. */
export interface AfterPage extends Pick<RowPage, "limit"> {
  readonly after: string | undefined;
}

/** A page of files of one kind, or of both. */
export interface FilePage extends AfterPage {
  readonly isOutput: boolean | undefined;
}
