import { Problem } from "../contract/problems.ts";

/** Returns the `request-cancelled` problem that a request fails with once no caller waits for it. */
export function cancelled(): Problem {
  return new Problem("request-cancelled", "The caller disconnected.");
}
