/** One error. */
export interface ProblemRow {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
  readonly fix: string;
  /** Whether the problem is not a fault, and so is not logged although its status is 5xx. */
  readonly quiet?: true;
}

/** Statuses of which the retryable problems have a Retry-After: what stands in the way is over after a while that can be told. */
export const RETRY_AFTER_STATUSES: ReadonlySet<number> = new Set([409, 429, 503]);
