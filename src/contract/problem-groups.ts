import type { ProblemCode } from "./problems.ts";

/** What whoever runs the model can fail with. */
const model = [
  "internal",
  "misconfigured",
  "model-corrupt",
  "model-unavailable",
  "overloaded",
  "backend-failed",
  "backend-unavailable",
  "backend-timeout",
] as const satisfies readonly ProblemCode[];

/** What an operation can fail with, by a name for operations that fail alike. */
export const problemGroups = {
  Service: ["internal"],
  Model: model,
  Task: [
    "invalid-json",
    "invalid-request",
    "image-required",
    "invalid-base64",
    "image-url-refused",
    "image-url-unreachable",
    "image-url-timeout",
    "text-required",
    "region-required",
    "region-outside-image",
    "body-too-large",
    "image-too-many-pixels",
    "unsupported-media-type",
    "unsupported-image",
    "image-corrupt",
    "prompt-too-long",
    "request-cancelled",
    "not-cached",
    ...model,
  ],
  // The rest is its items'.
  Batch: [
    "invalid-json",
    "invalid-request",
    "body-too-large",
    "unsupported-media-type",
    "request-cancelled",
    "internal",
    "misconfigured",
  ],
} as const satisfies Readonly<Record<string, readonly ProblemCode[]>>;
export type ProblemGroup = keyof typeof problemGroups;
