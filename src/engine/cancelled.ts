import { Problem } from "../contract/problems.ts";

/** What a request ends with when nobody waits for it any more. */
export function cancelled(): Problem {
  return new Problem("request-cancelled", "The caller went away.");
}
