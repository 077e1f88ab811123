import type { ProblemCode } from "./problems.ts";

/** Problems of a key and its account, for operations that cost nothing. */
export const keyProblems = [
  "key-missing",
  "key-invalid",
  "key-expired",
  "key-revoked",
  "scope-missing",
  "rate-limited",
  "ledger-unavailable",
] as const satisfies readonly ProblemCode[];

/** Problems of a JSON body. */
export const bodyProblems = [
  "invalid-json",
  "invalid-request",
  "invalid-content-encoding",
  "body-timeout",
  "body-too-large",
  "unsupported-media-type",
  "unsupported-content-encoding",
] as const satisfies readonly ProblemCode[];

/** Problems of a request that is to be answered later; also those that a job ends in, which is told to whoever waits for it. */
export const laterProblems = [
  "jobs-unavailable",
  "webhook-url-refused",
  "idempotency-key-invalid",
  "idempotency-key-reused",
  "too-many-jobs",
  "queue-unavailable",
  "job-expired",
  "job-abandoned",
] as const satisfies readonly ProblemCode[];

/** Problems that any operation of accounts may have. */
export const serviceProblems = ["overloaded", "internal", "misconfigured"] as const satisfies readonly ProblemCode[];
