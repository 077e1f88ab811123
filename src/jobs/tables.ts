import type { JobStatus } from "../contract/jobs.ts";
import type { JobRow } from "./job.ts";

/** A page of a book. */
export interface JobPage {
  readonly status: JobStatus | undefined;
  readonly limit: number;
  readonly before: { readonly createdMs: number; readonly id: string } | undefined;
}

/** The jobs of one owner, wherever they are stored. */
export interface JobTables {
  find(id: string): JobRow | undefined;
  put(row: JobRow): void;
  remove(id: string): void;
  /** The number of jobs that have not ended. */
  countOpen(): number;
  /** Jobs whose `dueMs` has come, the longest due first. */
  due(nowMs: number, limit: number): readonly JobRow[];
  /** The first `dueMs`; undefined without a job. */
  nextDueMs(): number | undefined;
  /** Newest first. */
  page(page: JobPage): readonly JobRow[];
  /** Runs changes of which all are stored, or none. */
  transaction<Result>(work: () => Result): Result;
}
