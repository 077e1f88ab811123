import { accountProblems } from "./account-problems.ts";
import { isProblemCode, type ProblemCode } from "./problems.ts";

/** Problems of the backend. */
const backendProblems = [
  "internal",
  "misconfigured",
  "model-corrupt",
  "model-unavailable",
  "overloaded",
  "backend-failed",
  "backend-unavailable",
  "backend-timeout",
] as const satisfies readonly ProblemCode[];

/** Problems of a key and its account, for operations that cost nothing. */
const keyProblems = [
  "key-missing",
  "key-invalid",
  "key-expired",
  "key-revoked",
  "scope-missing",
  "ledger-unavailable",
] as const satisfies readonly ProblemCode[];

/** Problems of a JSON body. */
const bodyProblems = [
  "invalid-json",
  "invalid-request",
  "invalid-content-encoding",
  "body-timeout",
  "body-too-large",
  "unsupported-media-type",
  "unsupported-content-encoding",
] as const satisfies readonly ProblemCode[];

/** Problems that any operation of accounts may have. */
const serviceProblems = ["overloaded", "internal", "misconfigured"] as const satisfies readonly ProblemCode[];

/** Problems of an image that is named by the handle of an upload. */
const handleProblems = [
  "uploads-unavailable",
  "unknown-upload",
  "upload-empty",
  "upload-expired",
  "storage-unavailable",
] as const satisfies readonly ProblemCode[];

/** The problems of an operation, by group; operations with the same problems share a group. */
export const problemGroups = {
  Service: ["internal"],
  Model: backendProblems,
  Task: [
    "invalid-json",
    "invalid-request",
    "invalid-content-encoding",
    "image-required",
    "invalid-base64",
    "image-url-refused",
    "image-url-unreachable",
    "image-url-timeout",
    "image-url-not-an-image",
    "text-required",
    "region-required",
    "region-outside-image",
    "png-unavailable",
    "body-timeout",
    "body-too-large",
    "image-too-many-pixels",
    "unsupported-media-type",
    "unsupported-content-encoding",
    "unsupported-image",
    "image-corrupt",
    "prompt-too-long",
    "too-much-work",
    "request-cancelled",
    "deadline-exceeded",
    "not-cached",
    ...handleProblems,
    ...backendProblems,
  ],
  // All other problems belong to single items.
  Batch: [...bodyProblems, "too-much-work", "request-cancelled", "internal", "misconfigured", "overloaded"],
  Upload: [
    "invalid-request",
    "invalid-content-encoding",
    "body-timeout",
    "unsupported-content-encoding",
    "request-cancelled",
    "uploads-unavailable",
    "storage-unavailable",
    ...serviceProblems,
  ],
  UploadFile: [
    "image-required",
    "invalid-content-encoding",
    "unsupported-content-encoding",
    "body-timeout",
    "body-too-large",
    "length-required",
    "request-cancelled",
    "uploads-unavailable",
    "unknown-upload",
    "upload-expired",
    "upload-signature-invalid",
    "storage-unavailable",
    ...serviceProblems,
  ],
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
} as const satisfies Readonly<Record<string, readonly ProblemCode[]>>;
export type ProblemGroup = keyof typeof problemGroups;

/** The groups whose operations cost money in a deployment with accounts: any of the accounts' problems may refuse them. */
const chargedGroups: ReadonlySet<ProblemGroup> = new Set(["Task", "Batch"]);

/** The groups of operations that only a deployment with accounts has. */
const accountGroups: ReadonlySet<string> = new Set<ProblemGroup>([
  "Quote",
  "Account",
  "AccountList",
  "AccountChange",
  "Admin",
  "AdminChange",
]);

/** The groups of operations that only a deployment with a way to pay has. */
const paymentGroups: ReadonlySet<string> = new Set<ProblemGroup>(["TopUp", "AdminBilling", "StripeWebhook"]);

/** The names of all groups, in a deployment with accounts or without, with a way to pay or without. */
export function groupNames(hasAccounts: boolean, hasPayments: boolean): readonly ProblemGroup[] {
  const isGroup = (name: string): name is ProblemGroup => Object.hasOwn(problemGroups, name);
  return Object.keys(problemGroups)
    .filter(isGroup)
    .filter((name) => hasAccounts || !accountGroups.has(name))
    .filter((name) => hasPayments || !paymentGroups.has(name));
}

/** What operations that cost nothing, and exist without accounts as well, may answer about a key where there are some. */
const keyedCodes = [...keyProblems, "account-closed", "rate-limited"] as const satisfies readonly ProblemCode[];

const accountCodes = Object.keys(accountProblems).filter(isProblemCode);

/** Returns the problems of a group's operations, in a deployment with accounts or without. */
export function problemsOf(group: ProblemGroup, hasAccounts: boolean): readonly ProblemCode[] {
  const codes = problemGroups[group];
  if (!hasAccounts) return codes;
  if (group === "Upload") return [...codes, ...keyedCodes];
  return chargedGroups.has(group) ? [...codes, ...accountCodes] : codes;
}
