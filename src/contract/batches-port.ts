import type { BatchFileError, BatchStatus } from "./batches.ts";
import type { JobPayer } from "./jobs-port.ts";

/** Whose files and batches are asked for. Where there are no accounts, the id of each is enough. */
export interface BatchOwner {
  /** Undefined where there are no accounts. */
  readonly account: string | undefined;
}

/** What is known of a file. Times are milliseconds since 1970. */
export interface FileFacts {
  readonly id: string;
  readonly bytes: number;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly filename: string;
  readonly isOutput: boolean;
}

/** What is known of a batch. Times are milliseconds since 1970, and null for what has not happened. */
export interface BatchFacts {
  readonly id: string;
  readonly endpoint: string;
  readonly errors: readonly BatchFileError[];
  readonly inputFile: string;
  readonly status: BatchStatus;
  readonly outputFile: string | null;
  readonly errorFile: string | null;
  readonly createdMs: number;
  readonly inProgressMs: number | null;
  readonly expiresMs: number;
  readonly finalizingMs: number | null;
  readonly cancellingMs: number | null;
  readonly endedMs: number | null;
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** A file that arrives. All verbs throw `Problem`. */
export interface FileReceiver {
  /** Takes the next bytes, which may be reused afterwards: few of them stay in memory. */
  write(bytes: Uint8Array): Promise<void>;
  /** The file is whole: it is kept under its name for some seconds. */
  commit(file: { readonly filename: string; readonly keptSeconds: number }): Promise<FileFacts>;
  /** Forgets the file. Never rejects. */
  abort(): Promise<void>;
}

/** The bytes of a file, which are sent as they are read. */
export interface FileContent {
  readonly file: FileFacts;
  readonly bytes: ReadableStream<Uint8Array>;
}

/** A new batch. It was validated. */
export interface NewBatch {
  readonly payer: JobPayer | undefined;
  readonly idempotencyKey: string | undefined;
  /** Equal for requests that ask the same. */
  readonly fingerprint: string;
  readonly inputFile: string;
  /** As it was sent, and the path that answers it. */
  readonly endpoint: string;
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  /** The address of the API itself, as in `https://florence.example.com`. */
  readonly origin: string;
}

/** A page of a list, newest first. */
export interface BatchPage {
  readonly account: string;
  readonly limit: number;
  /** The id of the last one of the page before. */
  readonly after: string | undefined;
}

/** A page of something. */
export interface Paged<Row> {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
}

/** The files and batches of a deployment. All verbs throw `Problem`. */
export interface Batches {
  receive(owner: BatchOwner): Promise<FileReceiver>;
  file(id: string, owner: BatchOwner): Promise<FileFacts>;
  content(id: string, owner: BatchOwner): Promise<FileContent>;
  deleteFile(id: string, owner: BatchOwner): Promise<void>;
  /** `isOutput` undefined: files of both kinds. */
  files(page: BatchPage & { readonly isOutput: boolean | undefined }): Promise<Paged<FileFacts>>;
  /** The same request with the same Idempotency-Key is the same batch. */
  create(batch: NewBatch): Promise<BatchFacts>;
  batch(id: string, owner: BatchOwner): Promise<BatchFacts>;
  /** Ends a batch that has not ended, and returns it. */
  cancel(id: string, owner: BatchOwner): Promise<BatchFacts>;
  batches(page: BatchPage): Promise<Paged<BatchFacts>>;
}

/** The batches of a deployment that has a place for them, loaded when they are first needed. */
export interface BatchesMount {
  readonly load: () => Promise<Batches>;
}
