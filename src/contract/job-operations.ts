import type { RouteConfig } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import { KEY_HEADER_SCHEME, KEY_SCHEME } from "./account-operation.ts";
import {
  Job,
  JOB_POLL_SECONDS,
  JobId,
  JobList,
  JobListQuery,
  KEPT_JOB_SECONDS,
  MAX_ANSWER_WAIT_SECONDS,
  MAX_JOB_WAIT_SECONDS,
} from "./jobs.ts";
import { JOB_PATH, JOBS_PATH } from "./paths.ts";
import { requestIdHeader, requestIdParameter } from "./problem-details.ts";
import type { ProblemGroup } from "./problem-groups.ts";
import { problemResponses } from "./problem-responses.ts";
import { tags } from "./tags.ts";

const id = "job_3kTq9XfW0bYh2LsZ5cVn1A";
const address = `https://florence.example.com${JOBS_PATH}/${id}`;

/** A job that waits, as the examples show it. */
const waitingJob: Job = {
  id,
  status: "queued",
  created_at: "2026-12-01T08:30:00.000Z",
  task: "caption",
  result: null,
  problem: null,
  urls: { get: address, cancel: address },
};

const retryAfter = {
  "Retry-After": {
    description: "Seconds after which to ask again; left out once the job has ended.",
    schema: { type: "integer" },
  },
} as const;

const preferenceApplied = {
  "Preference-Applied": { description: "Which preferences were followed (RFC 7240).", schema: { type: "string" } },
} as const;

/** What only a deployment with accounts says. */
const charge = {
  Charge: {
    description: "What the answer of the job was charged, as a direct answer says it.",
    schema: { type: "string" },
  },
} as const;
const DROPPED =
  " If it was running, its answer is dropped, although it may be charged: to ask the same again is then free for 24 hours.";

/** The reply to a request that is answered later. */
export const acceptedResponse = {
  description: `Accepted: the answer comes later, at the address in Location. \`Prefer: respond-async, wait=N\` waits up to ${MAX_ANSWER_WAIT_SECONDS} seconds for the answer itself.`,
  headers: {
    ...requestIdHeader,
    Location: { description: "The path of the job.", schema: { type: "string" } },
    "Retry-After": { description: `Seconds after which to ask: ${JOB_POLL_SECONDS}.`, schema: { type: "integer" } },
    ...preferenceApplied,
  },
  content: { "application/json": { schema: Job, examples: { json: { value: waitingJob } } } },
} as const;

interface JobOperation {
  readonly method: "get" | "delete";
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly headers?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  readonly reply: z.ZodType;
  readonly example: object;
  readonly responseHeaders: object;
  /** Whether the reply says what an answer was charged. */
  readonly isCharged?: true;
  /** Added to the description where answers cost something. */
  readonly paidDescription?: string;
  readonly problems: ProblemGroup;
}

const kept = `A job and its answer are kept for ${KEPT_JOB_SECONDS / 3600} hours after its end.`;

const rows: readonly JobOperation[] = [
  {
    method: "get",
    path: JOBS_PATH,
    id: "listJobs",
    summary: "List the jobs of an account",
    description: `Newest first, without their results. Without accounts there is no list: keep the address of each job. ${kept}`,
    query: JobListQuery,
    reply: JobList,
    example: { jobs: [waitingJob], next: null },
    responseHeaders: {},
    problems: "JobList",
  },
  {
    method: "get",
    path: JOB_PATH,
    id: "getJob",
    summary: "Get a job",
    description: `\`result\` is the body that a direct request would have had. \`Prefer: wait=N\` holds the reply until the job has ended, for up to ${MAX_JOB_WAIT_SECONDS} seconds. ${kept} Without accounts, whoever knows the id may see the job.`,
    headers: {
      prefer: z.string().optional().meta({ description: "`wait=N`: wait up to N seconds for the end of the job." }),
    },
    reply: Job,
    example: waitingJob,
    isCharged: true,
    responseHeaders: { ...retryAfter, ...preferenceApplied },
    problems: "Job",
  },
  {
    method: "delete",
    path: JOB_PATH,
    id: "cancelJob",
    summary: "Cancel a job",
    description:
      "Ends a job that has not ended, and answers it; one that has ended stays as it is. An answer that comes after that is dropped.",
    paidDescription: DROPPED,
    isCharged: true,
    reply: Job,
    example: { ...waitingJob, status: "cancelled" },
    responseHeaders: {},
    problems: "Job",
  },
];

function jobOperation(row: JobOperation, hasAccounts: boolean): RouteConfig {
  const { method, path, summary, headers, query, reply, example, responseHeaders, problems } = row;
  return {
    method,
    path,
    operationId: row.id,
    tags: [tags.jobs.name],
    summary,
    description: row.description + (hasAccounts ? (row.paidDescription ?? "") : ""),
    ...(hasAccounts && { security: [{ [KEY_SCHEME]: [] }, { [KEY_HEADER_SCHEME]: [] }] }),
    request: {
      headers: z.object({ ...requestIdParameter, ...headers }),
      ...(path === JOB_PATH && { params: z.object({ job: JobId }) }),
      ...(query && { query }),
    },
    responses: {
      200: {
        description: summary,
        headers: { ...requestIdHeader, ...responseHeaders, ...(hasAccounts && row.isCharged && charge) },
        content: { "application/json": { schema: reply, examples: { json: { value: example } } } },
      },
      ...problemResponses(problems, hasAccounts),
    },
  };
}

/** Returns the operations of jobs. */
export function jobOperations(hasAccounts: boolean): readonly RouteConfig[] {
  return rows.map((row) => jobOperation(row, hasAccounts));
}
