import { accountProblemGroups, paymentProblemGroups } from "./account-problem-groups.ts";
import { accountProblems } from "./account-problems.ts";
import { bodyProblems, keyProblems, laterProblems, serviceProblems } from "./problem-lists.ts";
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

/** Problems of an image that is named by the handle of an upload. */
const handleProblems = [
  "uploads-unavailable",
  "unknown-upload",
  "upload-empty",
  "upload-expired",
  "storage-unavailable",
] as const satisfies readonly ProblemCode[];

/** Problems of the place where jobs are. */
const jobPlaceProblems = [
  "jobs-unavailable",
  "storage-unavailable",
  ...serviceProblems,
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
    ...laterProblems,
    ...backendProblems,
  ],
  // All other problems belong to single items.
  Batch: [
    ...bodyProblems,
    "too-much-work",
    "request-cancelled",
    "storage-unavailable",
    ...laterProblems,
    "internal",
    "misconfigured",
    "overloaded",
  ],
  Job: ["unknown-job", ...jobPlaceProblems],
  JobList: ["invalid-request", "list-needs-account", ...jobPlaceProblems],
  WebhookList: ["webhooks-need-account", ...jobPlaceProblems],
  WebhookChange: [
    ...bodyProblems,
    "request-cancelled",
    "webhooks-need-account",
    "webhook-url-refused",
    "unknown-webhook",
    "too-many-webhooks",
    ...jobPlaceProblems,
  ],
  DeliveryList: ["invalid-request", "cursor-invalid", "list-needs-account", "unknown-job", ...jobPlaceProblems],
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
  ...accountProblemGroups,
  ...paymentProblemGroups,
} as const satisfies Readonly<Record<string, readonly ProblemCode[]>>;
export type ProblemGroup = keyof typeof problemGroups;

/** The groups whose operations cost money in a deployment with accounts: any of the accounts' problems may refuse them. */
const chargedGroups: ReadonlySet<ProblemGroup> = new Set(["Task", "Batch"]);

/** The names of all groups, in a deployment with accounts or without, with a way to pay or without. */
export function groupNames(hasAccounts: boolean, hasPayments: boolean): readonly ProblemGroup[] {
  const isGroup = (name: string): name is ProblemGroup => Object.hasOwn(problemGroups, name);
  return Object.keys(problemGroups)
    .filter(isGroup)
    .filter((name) => hasAccounts || !Object.hasOwn(accountProblemGroups, name))
    .filter((name) => hasPayments || !Object.hasOwn(paymentProblemGroups, name));
}

/** What operations that cost nothing, and exist without accounts as well, may answer about a key where there are some. */
const keyedCodes = [...keyProblems, "account-closed"] as const satisfies readonly ProblemCode[];

/** What groups that exist without accounts as well have besides where there are some. */
const keyedGroups: ReadonlyMap<ProblemGroup, readonly ProblemCode[]> = new Map<ProblemGroup, readonly ProblemCode[]>([
  ["Upload", keyedCodes],
  ["Job", keyedCodes],
  ["JobList", [...keyedCodes, "cursor-invalid"]],
  ["WebhookList", keyedCodes],
  ["WebhookChange", keyedCodes],
  ["DeliveryList", keyedCodes],
]);

const accountCodes = Object.keys(accountProblems).filter(isProblemCode);

/** Returns the problems of a group's operations, in a deployment with accounts or without. */
export function problemsOf(group: ProblemGroup, hasAccounts: boolean): readonly ProblemCode[] {
  const codes = problemGroups[group];
  if (!hasAccounts) return codes;
  return [...codes, ...(keyedGroups.get(group) ?? []), ...(chargedGroups.has(group) ? accountCodes : [])];
}
