import { bodyProblems, keyProblems, serviceProblems } from "./problem-lists.ts";
import type { ProblemCode } from "./problems.ts";

type Groups = Readonly<Record<string, readonly ProblemCode[]>>;

/** The problems of the operations that only a deployment with accounts has, by group. */
export const accountProblemGroups = {
  Quote: [
    ...bodyProblems,
    "request-cancelled",
    "unknown-task",
    "text-required",
    "region-required",
    "too-much-work",
    ...serviceProblems,
  ],
  Account: [...keyProblems, ...serviceProblems],
  AccountList: [...keyProblems, "invalid-request", "cursor-invalid", "unknown-id", ...serviceProblems],
  AccountChange: [
    ...keyProblems,
    ...bodyProblems,
    "request-cancelled",
    "account-closed",
    "unknown-id",
    "key-rotated",
    "too-many-keys",
    ...serviceProblems,
  ],
  Admin: [
    "admin-key-invalid",
    "invalid-request",
    "cursor-invalid",
    "unknown-id",
    "ledger-unavailable",
    ...serviceProblems,
  ],
  AdminChange: [
    "admin-key-invalid",
    ...bodyProblems,
    "request-cancelled",
    "unknown-id",
    "account-closed",
    "key-rotated",
    "too-many-keys",
    "insufficient-credits",
    "idempotency-key-invalid",
    "idempotency-key-reused",
    "ledger-unavailable",
    ...serviceProblems,
  ],
} as const satisfies Groups;

/** The problems of the operations that only a deployment with a way to pay has, by group. */
export const paymentProblemGroups = {
  TopUp: [
    ...keyProblems,
    ...bodyProblems,
    "request-cancelled",
    "account-closed",
    "idempotency-key-invalid",
    "idempotency-key-reused",
    "top-up-unavailable",
    "payment-provider-failed",
    "payment-provider-unavailable",
    "payment-required",
    "payment-invalid",
    "payment-in-use",
    "payment-unsettled",
    ...serviceProblems,
  ],
  AdminBilling: [
    "admin-key-invalid",
    ...bodyProblems,
    "request-cancelled",
    "unknown-id",
    "top-up-unavailable",
    "ledger-unavailable",
    ...serviceProblems,
  ],
  StripeWebhook: [
    "webhook-signature-invalid",
    "invalid-json",
    "invalid-content-encoding",
    "unsupported-content-encoding",
    "body-timeout",
    "body-too-large",
    "request-cancelled",
    "ledger-unavailable",
    "payment-provider-failed",
    "payment-provider-unavailable",
    ...serviceProblems,
  ],
} as const satisfies Groups;
