import type { ProblemRow } from "./problem-row.ts";

/** The rows of the problem table for uploaded files. */
export const uploadProblems = {
  // Not 501: a caller's choice of a way must not alert an operator.
  "uploads-unavailable": {
    status: 400,
    title: "This server takes no uploads",
    retryable: false,
    fix: "Send the image's bytes or its https URL. The operator turns uploads on with an R2 bucket whose binding is UPLOADS (wrangler.toml says how).",
  },
  "unknown-upload": {
    status: 404,
    title: "There is no such upload",
    retryable: false,
    fix: "Send the whole handle, unchanged and with a key of the account that it was made for; or make another with POST /v1/uploads.",
  },
  "upload-empty": {
    status: 409,
    title: "The upload has no file yet",
    retryable: true,
    fix: "Send the file's bytes with PUT to the `put_url` that came with the handle, then ask again.",
  },
  "upload-expired": {
    status: 410,
    title: "The upload's hour is over",
    retryable: false,
    fix: "Make another with POST /v1/uploads and send the file again.",
  },
  "upload-signature-invalid": {
    status: 403,
    title: "The address of the upload is not the one that was given out",
    retryable: false,
    fix: "Send the file to the whole `put_url`, unchanged; in a shell, write it in quotes.",
  },
  "length-required": {
    status: 411,
    title: "The length of the file is not declared",
    retryable: false,
    fix: "Send the file with a Content-Length header: `curl -T FILE` does, a pipe does not.",
  },
  "storage-unavailable": {
    status: 503,
    title: "The storage of files is unavailable",
    retryable: true,
    fix: "Try again after the seconds in Retry-After, or send the image's bytes.",
  },
} as const satisfies Record<string, ProblemRow>;
