import type { ProblemCode } from "./problems.ts";

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
    ...backendProblems,
  ],
  // All other problems belong to single items.
  Batch: [
    "invalid-json",
    "invalid-request",
    "invalid-content-encoding",
    "body-timeout",
    "body-too-large",
    "unsupported-media-type",
    "unsupported-content-encoding",
    "too-much-work",
    "request-cancelled",
    "internal",
    "misconfigured",
    "overloaded",
  ],
} as const satisfies Readonly<Record<string, readonly ProblemCode[]>>;
export type ProblemGroup = keyof typeof problemGroups;
