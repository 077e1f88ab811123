import type { Problem, ProblemCode } from "./problems.ts";

/** Refusals of a request as a whole, whatever it asks for; and an account that is away, which would let each of them wait, and then the settlement. */
const OF_WHOLE_REQUEST: ReadonlySet<ProblemCode> = new Set([
  "key-invalid",
  "key-expired",
  "key-revoked",
  "account-closed",
  "rate-limited",
  "too-many-at-once",
  "idempotency-key-reused",
  "idempotency-in-progress",
  "ledger-unavailable",
]);

/** Whether a problem refuses a request as a whole, and not one of several things that it asks for. */
export function refusesRequest({ code }: Problem): boolean {
  return OF_WHOLE_REQUEST.has(code);
}
