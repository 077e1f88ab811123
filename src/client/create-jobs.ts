import { AnswerPromise } from "./answer-promise.ts";
import { type ApiRequest, call, type CallOptions, type Connection } from "./call.ts";
import type { Job, JobList } from "./contract.ts";
import { cancelJob, createJobHandle, type JobHandle } from "./job-handle.ts";
import type { JobQuery, Jobs, LaterOptions } from "./jobs.ts";
import type { TaskName } from "./forms.ts";
import type { Image } from "./image.ts";
import { randomDigits } from "./random-digits.ts";
import { batchRequest, imageRequest, jsonRequest, type NamedOptions, queryOf } from "./request.ts";
import { splitOptions } from "./split-options.ts";
import { jobPath, JOBS_PATH } from "./wait-for-job.ts";

/** What makes a request be answered later. */
function laterFields({ webhook }: LaterOptions): NamedOptions {
  return { async: true, ...(webhook !== undefined && { webhook }) };
}

/** Sends a request that creates a job. Its key makes a retry safe whose first attempt was answered, but not heard. */
async function createJob<Answer>(
  connection: Connection,
  built: Promise<ApiRequest>,
  given: CallOptions,
): Promise<JobHandle<Answer>> {
  const settings = { ...given, idempotencyKey: given.idempotencyKey ?? randomDigits(connection) };
  const { data } = await call<Job>(connection, await built, settings);
  return createJobHandle<Answer>(connection, data, settings);
}

function listPath({ status, limit, cursor }: JobQuery): string {
  const query = queryOf({ status, limit, cursor }).toString();
  return query === "" ? JOBS_PATH : `${JOBS_PATH}?${query}`;
}

/** Creates the part of the client for requests that are answered later. */
export function createJobs(connection: Connection): Jobs {
  const get = <Data>(path: string, options: CallOptions): AnswerPromise<Data> =>
    new AnswerPromise(call<Data>(connection, { method: "GET", path }, options));
  return {
    create: async (task: TaskName, image: Image, given: CallOptions & NamedOptions = {}) => {
      const { settings, options } = splitOptions(given);
      // At run time tasks differ only in their paths: a handle of `never` is one of each task's answer.
      return createJob<never>(connection, imageRequest(`/v1/${task}`, image, { ...options, async: true }), settings);
    },
    analyze: async (image, items, { webhook, ...settings } = {}) => {
      const fields = { tasks: items, ...laterFields({ webhook }) };
      return createJob(connection, jsonRequest("/v1/analyze", image, fields), settings);
    },
    batch: async (items, { webhook, ...settings } = {}) =>
      createJob(connection, batchRequest("/v1/batch", items, laterFields({ webhook })), settings),
    get: (id, options = {}) => get<Job>(jobPath(id), options),
    list: ({ status, limit, cursor, ...settings } = {}) => get<JobList>(listPath({ status, limit, cursor }), settings),
    cancel: (id, options = {}) => new AnswerPromise(cancelJob(connection, id, options)),
    resume: async (id, options = {}) => createJobHandle(connection, await get<Job>(jobPath(id), options), options),
  };
}
