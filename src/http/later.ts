import { JOB_POLL_SECONDS, MAX_ANSWER_WAIT_SECONDS } from "../contract/jobs.ts";
import { JOBS_PATH } from "../contract/paths.ts";
import type { FoundJob, NewJob } from "../contract/jobs-port.ts";
import { Problem } from "../contract/problems.ts";
import type { AnalyzeRequest, BatchRequest, TaskRequest } from "../contract/service.ts";
import type { Admitted } from "./admitted.ts";
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

function accepted(found: FoundJob, { url }: Request, applied: readonly string[]): Response {
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

/** Has a request answered later: 202 with its job, or the answer itself if the caller waits long enough. Throws `Problem`. */
export async function answerLater(later: Later): Promise<Response> {
  const { wish, admitted } = later;
  const { request, paid } = admitted;
  const job = await newJob(later);
  const jobs = await wish.mount.load();
  const created = await jobs.create(job);
  const applied = wish.isPreferred ? ["respond-async"] : [];
  if (wish.waitSeconds === undefined || wish.waitSeconds === 0) return accepted(created, request, applied);
  const waitSeconds = Math.min(wish.waitSeconds, MAX_ANSWER_WAIT_SECONDS);
  const waitApplied = `wait=${waitSeconds}`;
  const caller = { account: paid?.holder?.account, waitMs: waitSeconds * 1000 };
  // The job is accepted, whatever becomes of waiting for it.
  const found = await jobs.get(created.job.id, caller).catch(() => created);
  return direct(found, waitApplied) ?? accepted(found, request, [...applied, waitApplied]);
}
