import * as z from "zod";
import { ANALYZE_PATH, taskPath } from "./paths.ts";

/** Largest file in bytes: what OpenAI's clients know. */
export const MAX_FILE_BYTES = 200 * 1000 * 1000;

/** Largest number of lines of a batch that are not blank: what OpenAI's clients know. */
export const MAX_BATCH_LINES = 50_000;

/** Longest line in bytes: an image of 380 kB in base64. Some lines are in memory at once; a larger image is sent as a URL or as the handle of an upload. */
export const MAX_LINE_BYTES = 512 * 1024;

/** Longest `custom_id` in characters. All of a file are in memory while it arrives, to find those that occur twice. */
export const MAX_CUSTOM_ID = 256;

/** How long a batch is worked on, in seconds since it was created: its `completion_window`. */
export const BATCH_SECONDS = 24 * 60 * 60;

/** How long a file is kept, and a batch after its end, in seconds. */
export const KEPT_FILE_SECONDS = 7 * 24 * 60 * 60;

/** The shortest time for which the sender of a file can ask (`expires_after`), in seconds; `KEPT_FILE_SECONDS` is the longest. */
export const MIN_FILE_SECONDS = 60 * 60;

/** Largest number of batches of one owner that have not ended: each is worked on in its turn. */
export const MAX_OPEN_BATCHES = 100;

/** Largest number of files that an owner has sent and that are kept: 40 GB of the largest. */
export const MAX_FILES = 200;

/** Rows of a page of a list that does not ask for a number, and the largest number. */
export const DEFAULT_BATCH_PAGE = 20;
export const MAX_BATCH_PAGE = 100;

/** The only time in which a batch can be asked to be done. */
export const COMPLETION_WINDOW = "24h";

/** What a file is for, of those that are sent. */
export const BATCH_PURPOSE = "batch";

/** What a file is for, of those that a batch writes. */
export const OUTPUT_PURPOSE = "batch_output";

/** The statuses of a batch in OpenAI's shape. `validating` does not occur: a file is validated while it arrives. */
export type BatchStatus =
  | "validating"
  | "failed"
  | "in_progress"
  | "finalizing"
  | "completed"
  | "expired"
  | "cancelling"
  | "cancelled";

/** The statuses of a batch that has ended. */
export const ENDED_BATCH_STATUSES: ReadonlySet<BatchStatus> = new Set<BatchStatus>([
  "failed",
  "completed",
  "expired",
  "cancelled",
]);

/** What batches may ask for beside the tasks and `analyze`, in OpenAI's shape: endpoint, and the path that answers it. */
const dialectEndpoints: readonly (readonly [string, string])[] = [
  ["/v1/chat/completions", "/openai/v1/chat/completions"],
  ["/v1/responses", "/openai/v1/responses"],
];

/** The endpoints that the lines of a batch may have, with the paths that answer them. */
export function batchEndpoints(tasks: readonly string[]): ReadonlyMap<string, string> {
  const own = [...tasks.map(taskPath), ANALYZE_PATH].map((path) => [path, path] as const);
  return new Map([...own, ...dialectEndpoints]);
}

/** Options that the lines of a batch cannot have, with the reason: an answer is one JSON object in a line. */
export const refusedInBatches: Readonly<Record<string, string>> = {
  stream: "A line of a batch is not streamed.",
  overlay: "A line of a batch has no drawing: ask for it directly.",
};

/** Largest number of pairs of `metadata`, and their longest names and values: OpenAI's. */
const MAX_METADATA = { pairs: 16, name: 64, value: 512 } as const;

const Metadata = z
  .record(z.string().min(1).max(MAX_METADATA.name), z.string().max(MAX_METADATA.value))
  .refine(
    (pairs) => Object.keys(pairs).length <= MAX_METADATA.pairs,
    `\`metadata\` has at most ${MAX_METADATA.pairs} pairs.`,
  );

/** The body of a new batch. */
export const BatchCreation = z.strictObject({
  input_file_id: z.string("Send the id of a file: `file-…`."),
  endpoint: z.string("Send the path that all lines ask, as in /v1/caption."),
  completion_window: z.literal(COMPLETION_WINDOW, `Send "${COMPLETION_WINDOW}".`),
  metadata: z.union([Metadata, z.null()]).optional(),
});
export type BatchCreation = z.infer<typeof BatchCreation>;

const limit = `Send a whole number from 1 to ${MAX_BATCH_PAGE}.`;

/** The query of a list, as OpenAI's clients send it. */
export const BatchListQuery = z.strictObject({
  limit: z.coerce.number(limit).int(limit).min(1, limit).max(MAX_BATCH_PAGE, limit).optional(),
  after: z.string().optional(),
  order: z.literal("desc", "Lists are newest first: leave it out.").optional(),
  purpose: z.string().optional(),
});

/** A file as OpenAI's clients read it. Times are in seconds since 1970. */
export interface FileObject {
  readonly id: string;
  readonly object: "file";
  readonly bytes: number;
  readonly created_at: number;
  readonly expires_at: number;
  readonly filename: string;
  readonly purpose: typeof BATCH_PURPOSE | typeof OUTPUT_PURPOSE;
  readonly status: "processed";
  readonly status_details: null;
}

/** Something wrong with the file of a batch that has failed. */
export interface BatchFileError {
  readonly code: "duplicate-custom-id" | "empty-file" | "too-many-lines";
  /** The number of the line, from 1. */
  readonly line: number | null;
  readonly message: string;
  readonly param: string | null;
}

/** A batch as OpenAI's clients read it. Times are in seconds since 1970; all keys are always there. */
export interface BatchObject {
  readonly id: string;
  readonly object: "batch";
  readonly endpoint: string;
  readonly errors: { readonly object: "list"; readonly data: readonly BatchFileError[] } | null;
  readonly input_file_id: string;
  readonly completion_window: typeof COMPLETION_WINDOW;
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
  readonly request_counts: { readonly total: number; readonly completed: number; readonly failed: number };
  readonly metadata: Readonly<Record<string, string>> | null;
}
