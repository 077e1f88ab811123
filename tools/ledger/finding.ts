/** A rule, and everything that contradicts it. */
export interface Finding {
  /** What must not be. */
  readonly rule: string;
  readonly found: readonly string[];
}

/** Creates a finding. */
export const finding = (rule: string, found: readonly string[]): Finding => ({ rule, found });
