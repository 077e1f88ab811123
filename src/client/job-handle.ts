import { call, type CallOptions, type Connection } from "./call.ts";
import type { Job } from "./contract.ts";
import { FlorenceError } from "./florence-error.ts";
import { problemError } from "./problem-reply.ts";
import { jobPath, waitForJob } from "./wait-for-job.ts";
import type { WaitOptions } from "./wait-until-ended.ts";

/** A request that is answered later. It only knows the job's id: another program can wait for the same job. */
export interface JobHandle<Answer> {
  readonly id: string;
  /** The job as the API said it last, when this handle was made. */
  readonly job: Job;
  /** The secret with which the webhook of this job is signed, where there are no accounts. With accounts, all have the account's. */
  readonly webhookSecret: string | undefined;
  /**
   * Resolves with the answer, once it is there. Rejects with the problem that the job ended in, with `job-cancelled`, or with `timeout` after `timeoutMs` (a day, which is as long as a
   * job is tried); the job goes on in that case, and may be waited for again. A lost connection or a server that is busy does not end the wait.
   */
  wait(options?: WaitOptions<Job>): Promise<Answer>;
  /** Cancels the job, unless it has ended, and returns it as it is then. */
  cancel(options?: CallOptions): Promise<Job>;
}

/** Returns the answer of a job that has ended. Throws its problem, or `job-cancelled`. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the trusted type has to be named
function answerOf<Answer>(job: Job): Answer {
  if (job.status === "succeeded" && isResult<Answer>(job.result)) return job.result;
  if (job.status === "cancelled") throw new FlorenceError("job-cancelled", `The job ${job.id} was cancelled.`);
  throw problemError(job.problem) ?? new FlorenceError("invalid-response", `The job ${job.id} has no result.`);
}

/** The result is trusted to match the type of the contract, as every answer is. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the trusted type has to be named
function isResult<Answer>(result: unknown): result is Answer {
  return typeof result === "object" && result !== null;
}

/** The secret is in the reply only where there are no accounts, and so not in the contract's type of a job. */
function secretIn(job: Job): string | undefined {
  const { webhook_secret: secret }: Job & { readonly webhook_secret?: unknown } = job;
  return typeof secret === "string" ? secret : undefined;
}

/** Cancels a job. */
export async function cancelJob(connection: Connection, id: string, options: CallOptions) {
  return call<Job>(connection, { method: "DELETE", path: jobPath(id) }, options);
}

/** Creates the handle of a job. `settings` are the options of the call that created it: its key and headers are those of the handle's own calls. */
export function createJobHandle<Answer>(
  connection: Connection,
  job: Job,
  { apiKey, headers }: CallOptions,
): JobHandle<Answer> {
  const own = { apiKey, headers };
  return {
    id: job.id,
    job,
    webhookSecret: secretIn(job),
    wait: async (options = {}) => answerOf<Answer>(await waitForJob(connection, job, { ...own, ...options })),
    cancel: async (options = {}) => (await cancelJob(connection, job.id, { ...own, ...options })).data,
  };
}
