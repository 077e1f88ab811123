/** One vector that was run. */
export interface Check {
  /** Finds the vector in its file. */
  readonly name: string;
  readonly expected: unknown;
  readonly actual: unknown;
}
