/** One error. */
export interface ProblemRow {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
  readonly fix: string;
  /** Whether the problem is not a fault, and so is not logged although its status is 5xx. */
  readonly quiet?: true;
}
