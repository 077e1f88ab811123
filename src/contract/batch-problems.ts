import type { ProblemRow } from "./problem-row.ts";

/** The rows of the problem table for files and batches in OpenAI's shape (`batches.ts`): no operation of the OpenAPI document has one of them. */
export const batchProblems = {
  // Not 501: a caller's choice of a way must not alert an operator.
  "batches-unavailable": {
    status: 400,
    title: "This server takes no batches",
    retryable: false,
    fix: "Send the images one by one, or up to 32 at once to /v1/batch. The operator turns batches on with the queue and the R2 bucket that wrangler.toml names.",
  },
  "unknown-file": {
    status: 404,
    title: "There is no such file",
    retryable: false,
    fix: "Use the whole id that the upload or the batch named, with a key of the same account. A file is deleted after 7 days.",
  },
  "unknown-batch": {
    status: 404,
    title: "There is no such batch",
    retryable: false,
    fix: "Use the whole id that the reply named, with a key of the same account. A batch is deleted 7 days after its end.",
  },
  "file-in-use": {
    status: 409,
    title: "A batch still reads the file",
    retryable: false,
    fix: "Delete the file when its batches have ended, or cancel them first.",
  },
  "file-too-large": {
    status: 413,
    title: "The file is too large for a batch",
    retryable: false,
    fix: "Divide the lines among several files of at most 200 MB, or name images by URLs instead of sending their bytes in the lines.",
  },
  "too-many-batches": {
    status: 429,
    title: "Too many batches have not ended, or too many files are kept",
    retryable: true,
    fix: "Wait until some of the batches have ended, or delete files that are not needed any more.",
  },
  // What lines have that were not answered: they occur in error files only.
  "line-invalid": {
    status: 400,
    title: "The line is not a request",
    retryable: false,
    fix: "Send one JSON object in each line, with `custom_id`, `method`, `url` and `body`.",
  },
  "line-too-long": {
    status: 413,
    title: "The line is too long",
    retryable: false,
    fix: "Name the image by a URL or by the handle of an upload instead of its bytes.",
  },
  "batch-expired": {
    status: 504,
    quiet: true,
    title: "The batch's day was over before the line was answered",
    retryable: true,
    fix: "Send the line again in another batch.",
  },
} as const satisfies Record<string, ProblemRow>;
