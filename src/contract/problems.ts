import { type ProblemRow, problems } from "./problem-table.ts";

/** A row's name: the stable, machine-readable part of an error. */
export type ProblemCode = keyof typeof problems;

/** Whether the operator should hear of it. */
export function isFault(code: ProblemCode): boolean {
  const row: ProblemRow = problems[code];
  return row.status >= 500 && row.quiet !== true;
}

/** Whether a string is a row's name. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}

/** One field that does not fit, addressed as in the JSON body: `image.base64`, `region.x1`. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** What adapters throw. `detail` is shown to the caller: it says what happened to this request, and never holds a secret. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly detail: string;
  readonly issues: readonly Issue[];

  constructor(
    code: ProblemCode,
    detail: string,
    options: { readonly issues?: readonly Issue[]; readonly cause?: unknown } = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.issues = options.issues ?? [];
  }
}
