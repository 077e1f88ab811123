import type { ProblemRow } from "./problem-row.ts";
import { problems } from "./problem-table.ts";

/** The name of a row in the problem table: the stable, machine-readable part of an error. */
export type ProblemCode = keyof typeof problems;

/** Whether the problem is a fault that the operator must see. */
export function isFault(code: ProblemCode): boolean {
  const row: ProblemRow = problems[code];
  return row.status >= 500 && row.quiet !== true;
}

/** Whether a string is a problem code. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}

/** One invalid field, with its path in the JSON body: `image.base64`, `region.x1`. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** Facts about a problem for programs, as members of its body (RFC 9457, section 3.2). Money is in micro-US-dollars. */
export interface ProblemMembers {
  readonly price?: number | undefined;
  readonly balance?: number | undefined;
  readonly top_up?: string | undefined;
  /** Names of rate limit policies. The spelling is that of draft-ietf-httpapi-ratelimit-headers. */
  readonly "violated-policies"?: readonly string[] | undefined;
}

/** What a problem has besides its code and detail. */
interface ProblemOptions {
  readonly issues?: readonly Issue[];
  readonly members?: ProblemMembers;
  /** Seconds after which the same request may be sent again; by default, HTTP tells the time of one answer. */
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** An error with a problem code. `detail` is shown to the caller: it describes what happened to this request, and never contains a secret. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly detail: string;
  readonly issues: readonly Issue[];
  readonly members: ProblemMembers;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.issues = options.issues ?? [];
    this.members = options.members ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
