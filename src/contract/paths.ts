/** Paths of the operations that are not tasks, by the name of their handler. */
export const servicePaths = {
  health: "/healthz",
  ready: "/readyz",
  tasks: "/v1/tasks",
  models: "/v1/models",
  openApi: "/openapi.json",
} as const;

/** Path of the operation for several tasks on one image. */
export const ANALYZE_PATH = "/v1/analyze";

/** Path of the operation for several tasks, each on its own image. */
export const BATCH_PATH = "/v1/batch";

/** Path of the list of jobs; each job is below it, at its id. */
export const JOBS_PATH = "/v1/jobs";

/** Path of one job. */
export const JOB_PATH = `${JOBS_PATH}/{job}`;

/** Path of an account's webhooks. */
export const WEBHOOKS_PATH = "/v1/webhooks";

/** Paths of the operations of webhooks. */
export const webhookPaths = {
  one: `${WEBHOOKS_PATH}/{webhook}`,
  secret: `${WEBHOOKS_PATH}/secret`,
  test: `${WEBHOOKS_PATH}/test`,
  deliveries: `${WEBHOOKS_PATH}/deliveries`,
} as const;

/** Returns the path of a task. */
export function taskPath(task: string): string {
  return `/v1/${task}`;
}

/** Path of files, in the shape of OpenAI's; each file is below it, at its id. */
export const FILES_PATH = "/openai/v1/files";

/** Path of batches; each batch is below it, at its id. */
export const BATCHES_PATH = "/openai/v1/batches";
