/** Path of files, in the shape of OpenAI's; each is below it, at its id. */
export const FILES_PATH = "/openai/v1/files";

/** Path of batches; each is below it, at its id. */
export const BATCHES_PATH = "/openai/v1/batches";

/** The API's limits of a file: bytes, lines, bytes of a line. Tests compare them with the contract. */
export const MAX_FILE_BYTES = 200 * 1000 * 1000;
export const MAX_BATCH_LINES = 50_000;
export const MAX_LINE_BYTES = 512 * 1024;

/** The status of a batch. */
export type BatchStatus =
  | "validating"
  | "failed"
  | "in_progress"
  | "finalizing"
  | "completed"
  | "expired"
  | "cancelling"
  | "cancelled";

/** Codes of problems that only files and batches have. */
export type BatchProblemCode =
  | "batches-unavailable"
  | "unknown-file"
  | "unknown-batch"
  | "file-in-use"
  | "file-too-large"
  | "too-many-batches"
  | "line-invalid"
  | "line-too-long"
  | "batch-expired";

/** What was wrong with the file of a batch that has failed. */
export interface BatchFileError {
  readonly code: "duplicate-custom-id" | "empty-file" | "too-many-lines";
  /** The number of the line, from 1. */
  readonly line: number | null;
  readonly message: string;
  readonly param: string | null;
}

/** A batch, in the shape of OpenAI's. Times are in seconds since 1970. */
export interface Batch {
  readonly id: string;
  readonly object: "batch";
  readonly endpoint: string;
  /** Why it has failed. */
  readonly errors: { readonly object: "list"; readonly data: readonly BatchFileError[] } | null;
  readonly input_file_id: string;
  readonly completion_window: "24h";
  readonly status: BatchStatus;
  readonly output_file_id: string | null;
  readonly error_file_id: string | null;
  readonly created_at: number;
  readonly in_progress_at: number | null;
  readonly expires_at: number;
  readonly finalizing_at: number | null;
  readonly completed_at: number | null;
  readonly failed_at: number | null;
  readonly expired_at: number | null;
  readonly cancelling_at: number | null;
  readonly cancelled_at: number | null;
  /** Lines; `completed` are those with an answer, `failed` those with an error. */
  readonly request_counts: { readonly total: number; readonly completed: number; readonly failed: number };
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** A page of batches, newest first. */
export interface BatchList {
  readonly object: "list";
  readonly data: readonly Batch[];
  readonly first_id: string | null;
  /** `after` of the next page, if `has_more` is true. */
  readonly last_id: string | null;
  readonly has_more: boolean;
}

/** The path of a batch. */
export function batchPath(id: string): string {
  return `${BATCHES_PATH}/${encodeURIComponent(id)}`;
}

/** The path of a file. */
export function filePath(id: string): string {
  return `${FILES_PATH}/${encodeURIComponent(id)}`;
}
