import * as z from "zod";
import { AnalyzeAnswer } from "./analyze.ts";
import { answerTypes } from "./answers.ts";
import { jsonForms } from "./forms.ts";
import { ProblemDetails } from "./problem-details.ts";

/** Longest time that a request for an answer waits for its job (`Prefer: respond-async, wait=N`), in seconds: what most tools wait for a response. */
export const MAX_ANSWER_WAIT_SECONDS = 30;

/** Longest time that a request for a job waits for its end (`Prefer: wait=N`), in seconds: proxies end silent connections soon after. */
export const MAX_JOB_WAIT_SECONDS = 60;

/** Largest number of jobs of one owner that have not ended: a few hours of work for one model. Whoever has more sends a batch. */
export const MAX_WAITING_JOBS = 1000;

/** How long a job is tried, in seconds since it was created. */
export const JOB_SECONDS = 24 * 60 * 60;

/** How long a job and its answer are kept after its end, in seconds. */
export const KEPT_JOB_SECONDS = 24 * 60 * 60;

/** Seconds after which a job that has not ended may be asked about again. */
export const JOB_POLL_SECONDS = 1;

/** Largest page of a list of jobs. */
export const MAX_JOB_PAGE = 100;

/** Rows of a page that does not ask for a number. */
export const DEFAULT_JOB_PAGE = 20;

/** The states of a job. `running` may become `queued` again: a job whose backend failed waits. The last three never change. */
export const JobStatus = z
  .enum(["queued", "running", "succeeded", "failed", "cancelled"], "Send the name of a status.")
  .meta({ id: "JobStatus" });
export type JobStatus = z.infer<typeof JobStatus>;

/** The statuses of a job that has ended. */
export const ENDED_STATUSES: ReadonlySet<JobStatus> = new Set<JobStatus>(["succeeded", "failed", "cancelled"]);

/** The id of a job: `job_` and 22 digits of base 62. */
export const JobId = z
  .string()
  .regex(/^job_[0-9A-Za-z]{22}$/, "Send the id of a job: `job_…`.")
  .meta({ id: "JobId", example: "job_3kTq9XfW0bYh2LsZ5cVn1A" });

const JobUrls = z.object({
  get: z.string().meta({ description: "Where the job is." }),
  cancel: z.string().meta({ description: "The same address: DELETE cancels the job." }),
});

/** A request that is answered later. All keys are always there. */
export const Job = z
  .object({
    id: JobId,
    status: JobStatus,
    created_at: z.string().meta({ description: "UTC, as in 2026-12-01T00:00:00.000Z." }),
    task: z.string().meta({ description: "The name of the task, or `analyze`, or `batch`." }),
    result: z.union([jsonForms(answerTypes), AnalyzeAnswer, z.null()]).meta({
      description:
        "The body that a direct request would have had, once the job has succeeded; null otherwise, and always in lists.",
    }),
    problem: z.union([ProblemDetails, z.null()]).meta({ description: "Why the job failed; null otherwise." }),
    urls: JobUrls,
  })
  .meta({ id: "Job" });
export type Job = z.infer<typeof Job>;

/** A page of jobs, newest first. */
export const JobList = z
  .object({
    jobs: z.array(Job),
    next: z.union([z.string(), z.null()]).meta({ description: "Send it as `cursor` for the next page; null: none." }),
  })
  .meta({ id: "JobList" });

/** The query of the list. */
export const JobListQuery = z.strictObject({
  status: JobStatus.optional(),
  limit: z.coerce
    .number(`Send a whole number from 1 to ${MAX_JOB_PAGE}.`)
    .int(`Send a whole number from 1 to ${MAX_JOB_PAGE}.`)
    .min(1)
    .max(MAX_JOB_PAGE)
    .optional()
    .meta({ description: `Jobs on a page; ${DEFAULT_JOB_PAGE} by default.` }),
  cursor: z.string().optional().meta({ description: "`next` of the page before." }),
});
export type JobListQuery = z.infer<typeof JobListQuery>;
