import type { ProblemRow } from "./problem-row.ts";

/** The rows of the problem table for failures of the service and of its backend (5xx). */
export const serverProblems = {
  internal: {
    status: 500,
    title: "Internal error",
    retryable: true,
    fix: "Try again; if the error persists, report the request id.",
  },
  misconfigured: {
    status: 500,
    title: "The service is not configured correctly",
    retryable: false,
    fix: "The operator must correct the variables that the log names.",
  },
  "model-corrupt": {
    status: 500,
    title: "A model file is corrupt",
    retryable: false,
    fix: "The operator must deploy the model's files again; `detail` names the file.",
  },
  "backend-failed": {
    status: 502,
    title: "The backend that runs the model failed",
    retryable: true,
    fix: "Try again; if the error persists, report the request id.",
  },
  "backend-unavailable": {
    status: 503,
    title: "The backend that runs the model is unavailable",
    retryable: true,
    fix: "Try again after the seconds in Retry-After.",
  },
  "backend-timeout": {
    status: 504,
    title: "The backend that runs the model took too long",
    retryable: true,
    fix: "Try again; ask for fewer `max_new_tokens` or `beams`, or send a smaller image.",
  },
  // Not a fault: the request had more to do than its time allows, or the servers of its images were slow.
  "deadline-exceeded": {
    status: 504,
    quiet: true,
    title: "The request's time was over before all was done",
    retryable: true,
    fix: "Send what was not answered in another request: what was answered is in the cache.",
  },
  "not-cached": {
    status: 504,
    quiet: true,
    title: "The answer is not in the cache",
    retryable: false,
    fix: "Repeat the request without `only-if-cached` in Cache-Control, or with a larger `max-age`.",
  },
  "model-unavailable": {
    status: 503,
    title: "The model cannot be loaded",
    retryable: true,
    fix: "Try again in a moment.",
  },
  overloaded: {
    status: 503,
    quiet: true,
    title: "Too many requests are waiting for the model",
    retryable: true,
    fix: "Try again after the seconds in Retry-After.",
  },
} as const satisfies Record<string, ProblemRow>;
