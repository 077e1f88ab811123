/** The result of running one vector. */
export interface Check {
  /** Identifies the vector in its file. */
  readonly name: string;
  readonly expected: unknown;
  readonly actual: unknown;
}
