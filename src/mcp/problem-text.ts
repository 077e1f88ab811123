import type { ProblemDetails } from "../contract/problem-details.ts";

/** A problem as a model reads it: what is wrong, and what to do. `retryAfter` is in seconds, as the header says it. */
export function problemText(
  { code, title, detail, fix, retryable }: ProblemDetails,
  retryAfter: string | null = null,
): string {
  const again = retryable && retryAfter !== null ? ` The same call may be repeated after ${retryAfter} seconds.` : "";
  return `${code}: ${title}. ${detail} ${fix}${again}`;
}
