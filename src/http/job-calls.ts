import {
  DEFAULT_JOB_PAGE,
  ENDED_STATUSES,
  JOB_POLL_SECONDS,
  JobListQuery,
  type JobList,
  MAX_JOB_WAIT_SECONDS,
} from "../contract/jobs.ts";
import type { FoundJob, Jobs, JobsMount } from "../contract/jobs-port.ts";
import { Problem } from "../contract/problems.ts";
import type * as z from "zod";
import { cursorOf, positionOf } from "./cursor.ts";
import { jobBody, jobView } from "./job-body.ts";
import type { Admit } from "./admission.ts";
import type { PaidAnswers } from "./paid-request.ts";
import { preferenceOf } from "./prefer.ts";
import { queryFields } from "./query-fields.ts";
import { validated } from "./validated.ts";

/** What the routes of jobs need. */
export interface JobRouteOptions {
  readonly admit: Admit;
  readonly accounts?: PaidAnswers | undefined;
  /** Left out where nothing is answered later: then the operations say so. */
  readonly jobs?: JobsMount | undefined;
}

/** A call of jobs in two parts: the first is counted as work of the caller, the second only waits. */
type JobCall = (request: Request, options: JobRouteOptions) => Promise<{ readonly after: () => Promise<Response> }>;

function available({ jobs }: JobRouteOptions): Promise<Jobs> {
  if (jobs === undefined) throw new Problem("jobs-unavailable", "This deployment has no queue for jobs.");
  return jobs.load();
}

/** The account that asks; undefined where there are no accounts. Throws the problem of a key. */
async function accountOf({ headers }: Request, { accounts }: JobRouteOptions): Promise<string | undefined> {
  return accounts?.accountOf(headers);
}

function idOf({ url }: Request): string {
  const { pathname } = new URL(url);
  return pathname.slice(pathname.lastIndexOf("/") + 1);
}

function jobResponse(found: FoundJob, { url }: Request, applied?: string): Response {
  const { job, answer } = found;
  const charge = answer?.headers["charge"];
  return new Response(jobBody(found, new URL(url).origin), {
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...(charge !== undefined && { charge }),
      ...(ENDED_STATUSES.has(job.status) ? {} : { "retry-after": String(JOB_POLL_SECONDS) }),
      ...(applied !== undefined && { "preference-applied": applied }),
    },
  });
}

/** Answers a job: at once, or, with `Prefer: wait=N`, when it has ended. */
export const getJob: JobCall = async (request, options) => {
  const jobs = await available(options);
  const account = await accountOf(request, options);
  const { waitSeconds = 0 } = preferenceOf(request.headers);
  const seconds = Math.min(waitSeconds, MAX_JOB_WAIT_SECONDS);
  return {
    after: async () => {
      const found = await jobs.get(idOf(request), { account, waitMs: seconds * 1000 });
      return jobResponse(found, request, seconds > 0 ? `wait=${seconds}` : undefined);
    },
  };
};

/** Cancels a job that has not ended. */
export const cancelJob: JobCall = async (request, options) => {
  const jobs = await available(options);
  const found = await jobs.cancel(idOf(request), { account: await accountOf(request, options) });
  return { after: async () => jobResponse(found, request) };
};

const LIST = "jobs";

/** Lists the jobs of an account, without their results: a page of answers could be as large as a hundred of them. */
export const listJobs: JobCall = async (request, options) => {
  const jobs = await available(options);
  const account = await accountOf(request, options);
  if (account === undefined) {
    throw new Problem("list-needs-account", "Without accounts nobody owns a job: keep its address.");
  }
  const { status, limit = DEFAULT_JOB_PAGE, cursor } = validated(JobListQuery, queryFields(request));
  const scope = [LIST, account, status ?? null];
  const [createdMs, id] = positionOf(scope, cursor, ["number", "string"]) ?? [];
  const before = typeof createdMs === "number" && typeof id === "string" ? { createdMs, id } : undefined;
  const { jobs: page, hasMore } = await jobs.list({ account, status, limit, before });
  const last = page.at(-1);
  const next = hasMore && last !== undefined ? cursorOf(scope, [last.createdMs, last.id]) : null;
  const { origin } = new URL(request.url);
  const list: z.infer<typeof JobList> = { jobs: page.map((job) => jobView(job, origin)), next };
  return { after: async () => Response.json(list, { headers: { "cache-control": "no-store" } }) };
};
