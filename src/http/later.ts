import { JOB_POLL_SECONDS, MAX_ANSWER_WAIT_SECONDS } from "../contract/jobs.ts";
import { JOBS_PATH } from "../contract/paths.ts";
import type { FoundJob, Jobs, NewJob } from "../contract/jobs-port.ts";
import { Problem } from "../contract/problems.ts";
import type { AnalyzeRequest, BatchRequest, TaskRequest } from "../contract/service.ts";
import type { Admitted, WithoutPlace } from "./admitted.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import { jobBody, problemOf } from "./job-body.ts";
import type { Wish } from "./later-wish.ts";
import { requestFingerprint } from "./request-fingerprint.ts";

type Parsed = TaskRequest | AnalyzeRequest | BatchRequest;

/** A request whose answer comes later. */
interface Later {
  readonly wish: Wish;
  readonly admitted: Admitted;
  /** The name of the task, or of the operation. */
  readonly task: string;
  readonly parsed: Parsed;
  /** As it was sent, decompressed. */
  readonly body: Uint8Array;
}

/** Headers of the caller that count for the answer. No other is stored, and so no key is. */
const STORED_HEADERS = ["content-type", "cache-control", "max-price", "traceparent"];

function storedHeaders({ headers }: Request): Readonly<Record<string, string>> {
  const given = STORED_HEADERS.map((name) => [name, headers.get(name)] as const);
  return Object.fromEntries(given.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

/** What is asked, without what says when it is answered. */
function withoutTime(parsed: Parsed): Parsed {
  if (!("options" in parsed)) return parsed;
  const { async: _async, webhook: _webhook, ...options } = parsed.options;
  return { ...parsed, options };
}

/** Equal for requests that ask the same, and want it told in the same place. */
async function fingerprintOf({ wish, admitted: { call, request }, parsed }: Later): Promise<string> {
  const { noStore, noCache } = call.cache;
  const { pathname } = new URL(request.url);
  const asked = await requestFingerprint(pathname, withoutTime(parsed), noStore || noCache);
  return wish.webhook === undefined ? asked : `${asked} ${wish.webhook}`;
}

async function newJob(later: Later): Promise<NewJob> {
  const { wish, admitted, task, body } = later;
  const { request, trace, paid } = admitted;
  if (paid !== undefined && paid.holder === undefined) {
    throw new Problem("async-needs-key", "The request has no key, and asks for an answer later.");
  }
  const { origin, pathname, search } = new URL(request.url);
  return {
    payer: paid?.holder,
    idempotencyKey: idempotencyKeyOf(request.headers),
    fingerprint: await fingerprintOf(later),
    task,
    requestId: trace.requestId,
    request: { origin, target: pathname + search, headers: storedHeaders(request) },
    body,
    webhook: wish.webhook,
    isFlat: wish.isFlat,
  };
}

function accepted(found: FoundJob, url: string, applied: readonly string[]): Response {
  return new Response(jobBody(found, new URL(url).origin), {
    status: 202,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      location: `${JOBS_PATH}/${found.job.id}`,
      "retry-after": String(JOB_POLL_SECONDS),
      ...(applied.length > 0 && { "preference-applied": applied.join(", ") }),
    },
  });
}

/** The answer itself, as a direct request has it. Throws the problem that the job has ended in. */
function direct({ job, answer }: FoundJob, applied: string): Response | undefined {
  if (job.problem !== null) throw problemOf(job.problem);
  if (answer === undefined) return undefined;
  const headers = { "cache-control": "private, no-cache", ...answer.headers, "preference-applied": applied };
  return new Response(answer.body, { headers });
}

/** A job whose end is waited for. The body of its request is not among it: it would be in memory as long. */
interface Waiting extends Pick<Wish, "isPreferred"> {
  readonly jobs: Jobs;
  readonly created: FoundJob;
  readonly account: string | undefined;
  readonly waitSeconds: number;
  readonly url: string;
}

/** Waits for a job that was accepted, whatever becomes of waiting for it. */
function waitFor({ jobs, created, account, waitSeconds, isPreferred, url }: Waiting): WithoutPlace {
  const waitApplied = `wait=${waitSeconds}`;
  return {
    after: async () => {
      const caller = { account, waitMs: waitSeconds * 1000 };
      const found = await jobs.get(created.job.id, caller).catch(() => created);
      const applied = isPreferred ? ["respond-async", waitApplied] : [waitApplied];
      return direct(found, waitApplied) ?? accepted(found, url, applied);
    },
  };
}

/** Has a request answered later: 202 with its job, or the answer itself if the caller waits long enough, for which it has no place. Throws `Problem`. */
export async function answerLater(later: Later): Promise<Response | WithoutPlace> {
  const { wish, admitted } = later;
  const { request, paid } = admitted;
  const { isPreferred } = wish;
  const { url } = request;
  const job = await newJob(later);
  const jobs = await wish.mount.load();
  const created = await jobs.create(job);
  const waitSeconds = Math.min(wish.waitSeconds ?? 0, MAX_ANSWER_WAIT_SECONDS);
  if (waitSeconds === 0) return accepted(created, url, isPreferred ? ["respond-async"] : []);
  return waitFor({ jobs, created, account: paid?.holder?.account, waitSeconds, isPreferred, url });
}
