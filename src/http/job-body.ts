import { concatBytes } from "../bytes/concat-bytes.ts";
import { type Job } from "../contract/jobs.ts";
import { JOBS_PATH } from "../contract/paths.ts";
import type { FoundJob, JobFacts } from "../contract/jobs-port.ts";
import type { ProblemDetails } from "../contract/problem-details.ts";
import { Problem } from "../contract/problems.ts";

/** A job as its callers see it, without its result. */
export function jobView({ id, status, createdMs, task, problem }: JobFacts, origin: string): Job {
  const address = `${origin}${JOBS_PATH}/${id}`;
  return {
    id,
    status,
    created_at: new Date(createdMs).toISOString(),
    task,
    result: null,
    problem,
    urls: { get: address, cancel: address },
  };
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Returns a job as JSON. Its result is the bytes that a direct request would have had, unchanged. */
export function jobBody({ job, answer }: FoundJob, origin: string): Uint8Array<ArrayBuffer> {
  const { id, status, created_at, task, result, problem, urls } = jobView(job, origin);
  const before = JSON.stringify({ id, status, created_at, task });
  const secret = job.webhookSecret === undefined ? {} : { webhook_secret: job.webhookSecret };
  const after = JSON.stringify({ problem, urls, ...secret });
  return new Uint8Array(
    concatBytes([
      utf8(`${before.slice(0, -1)},"result":`),
      answer?.body ?? utf8(JSON.stringify(result)),
      utf8(`,${after.slice(1)}`),
    ]),
  );
}

/** Returns a problem that is thrown again, for a caller who waits for the answer itself. */
export function problemOf(details: ProblemDetails): Problem {
  const { code, detail, issues, price, balance, top_up } = details;
  const policies = details["violated-policies"];
  return new Problem(code, detail, {
    issues,
    members: { price, balance, top_up, ...(policies && { "violated-policies": policies }) },
  });
}
