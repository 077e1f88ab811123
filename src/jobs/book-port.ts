import type { JobFacts } from "../contract/jobs-port.ts";
import type { JobRow, JobSeed, Outcome, StoredAnswer } from "./job.ts";
import type { JobPage } from "./tables.ts";

/** A job as a book tells it, with the place of its answer. */
export interface BookedJob {
  readonly job: JobFacts;
  readonly answer: StoredAnswer | null;
}

/** The reply to a new job. */
export type Created =
  | (BookedJob & { readonly type: "created" | "existing" })
  | { readonly type: "refused"; readonly code: "too-many-jobs" | "idempotency-key-reused" | "queue-unavailable" };

/** A job to be run: its number is needed to end it. */
export interface BegunJob extends Pick<JobRow, "id" | "attempt" | "payer" | "request" | "requestId" | "task"> {
  readonly bodyObject: string;
}

/** The jobs of one owner. Every verb may be repeated. */
export interface Book {
  /** Stores a job and has its message sent; only then it is accepted. */
  create(seed: JobSeed): Promise<Created>;
  /** Begins an attempt; undefined if there is nothing to do. */
  begin(id: string): Promise<BegunJob | undefined>;
  /** Says that an attempt still runs; false if it is to end. */
  extend(id: string, attempt: number): Promise<boolean>;
  /** Ends an attempt; false if it was not the job's any more, so that its answer is nobody's. */
  finish(id: string, attempt: number, outcome: Outcome): Promise<boolean>;
  /** The queue has given up a job's message. */
  abandon(id: string): Promise<void>;
  /** Returns a job once it has ended, after `waitMs` at the latest; undefined if there is none. */
  get(id: string, waitMs: number): Promise<BookedJob | undefined>;
  cancel(id: string): Promise<BookedJob | undefined>;
  list(page: JobPage): Promise<readonly JobFacts[]>;
}
