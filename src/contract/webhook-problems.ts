import type { ProblemRow } from "./problem-row.ts";

/** The rows of the problem table for webhooks, which are addresses that are told the end of jobs and batches, and for lists that exist without accounts as well. */
export const webhookProblems = {
  "cursor-invalid": {
    status: 400,
    title: "The cursor does not belong to this list",
    retryable: false,
    fix: "Send `next` of the page before, unchanged and with the same other parameters; or leave `cursor` out, to begin anew.",
  },
  "webhook-url-refused": {
    status: 400,
    title: "The webhook's address is not allowed",
    retryable: false,
    fix: "Send an https URL of the public network, on port 443.",
  },
  "webhooks-need-account": {
    status: 403,
    title: "Webhooks of all jobs need an account",
    retryable: false,
    fix: "Name the address with each request, as the option `webhook`: without accounts nobody owns what is told.",
  },
  "unknown-webhook": {
    status: 404,
    title: "There is no such webhook",
    retryable: false,
    fix: "Send the id of one of the account's webhooks: GET /v1/webhooks lists them.",
  },
  "too-many-webhooks": {
    status: 409,
    title: "The account has as many webhooks as it may have",
    retryable: false,
    fix: "Remove one with DELETE /v1/webhooks/{webhook}: each of them gets every event.",
  },
} as const satisfies Record<string, ProblemRow>;
