import type { ProblemDetails } from "../contract/problem-details.ts";
import { problemText } from "../contract/problem-text.ts";

/** An error as OpenAI's clients read it. */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  /** The parameter that is wrong. */
  readonly param: string | null;
  /** The code of the problem. */
  readonly code: string;
}

/** OpenAI's types of errors, by status. */
const types: ReadonlyMap<number, string> = new Map([
  [401, "authentication_error"],
  [402, "insufficient_quota"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [429, "rate_limit_error"],
]);

function typeOf(status: number): string {
  return types.get(status) ?? (status >= 500 ? "server_error" : "invalid_request_error");
}

/** A problem as an error. Its message has all that people must know: most clients show nothing else. `questionPath` is the parameter that has the image. */
export function errorOf(details: ProblemDetails, questionPath: string): OpenAiError {
  const { status, code, issues } = details;
  const path = issues[0]?.path;
  const param = path === undefined || path === "" ? null : path;
  return {
    message: problemText(details),
    type: typeOf(status),
    param: param === "image" ? questionPath : param,
    code,
  };
}
