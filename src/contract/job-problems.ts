import type { ProblemRow } from "./problem-row.ts";

/** The rows of the problem table for answers that are asked for later (`async`, `Prefer: respond-async`) and for their jobs. */
export const jobProblems = {
  // Not 501: a caller's choice of a way must not alert an operator.
  "jobs-unavailable": {
    status: 400,
    title: "This server answers no requests later",
    retryable: false,
    fix: "Send the request without `async`. The operator turns jobs on with the queue and the R2 bucket that wrangler.toml names.",
  },
  "idempotency-key-invalid": {
    status: 400,
    title: "The Idempotency-Key is missing or cannot be read",
    retryable: false,
    fix: "Send 1 to 255 visible ASCII characters, in double quotes or bare; a UUID does. Operations that move money need one.",
  },
  "list-needs-account": {
    status: 403,
    title: "There is no list without an account",
    retryable: false,
    fix: "Keep the address of each job: Location and `urls.get` of the reply that accepted it.",
  },
  "unknown-job": {
    status: 404,
    title: "There is no such job",
    retryable: false,
    fix: "Use the address that the reply named, whole and with a key of the account that asked. A job is deleted a day after its end.",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "This Idempotency-Key belongs to another request",
    retryable: false,
    fix: "Send a new Idempotency-Key with each new request, and the same one only with the same request.",
  },
  "too-many-jobs": {
    status: 429,
    title: "Too many jobs are waiting",
    retryable: true,
    fix: "Wait until some of them have ended, or send many images as one batch: /openai/v1/batches.",
  },
  // Not a fault of this program: the platform's queue has taken nothing, and nothing is stored.
  "queue-unavailable": {
    status: 503,
    title: "The queue of jobs takes nothing",
    retryable: true,
    fix: "Send the request again after the seconds in Retry-After, or without `async`.",
  },
  // Not faults: they end jobs, and what stood in the way was logged each time.
  "job-expired": {
    status: 504,
    quiet: true,
    title: "The job's day was over before it was answered",
    retryable: true,
    fix: "Send the request again; `detail` says what stood in the way.",
  },
  "job-abandoned": {
    status: 500,
    title: "The job was given up",
    retryable: true,
    fix: "Send the request again, perhaps with a smaller image; if it is given up again, report the job's id.",
  },
} as const satisfies Record<string, ProblemRow>;
