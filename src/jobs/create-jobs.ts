import type { RandomBytes } from "../accounts/base62.ts";
import { randomBase62 } from "../accounts/base62.ts";
import { MAX_WAITING_JOBS } from "../contract/jobs.ts";
import type { FoundJob, JobCaller, Jobs, NewJob } from "../contract/jobs-port.ts";
import { Problem } from "../contract/problems.ts";
import type { Book, BookedJob, Created } from "./book-port.ts";
import { bookOf, isJobId, jobId } from "./ids.ts";
import type { JobSeed } from "./job.ts";
import type { JobStorage } from "./storage.ts";

/** Where the jobs of a deployment are. */
export interface JobsOptions {
  /** The book of a name. It is called through, and throws what the platform throws. */
  readonly bookAt: (name: string) => Book;
  readonly storage: JobStorage;
  readonly random: RandomBytes;
  readonly webhooks: JobWebhooks;
}

/** What jobs need of webhooks. */
export interface JobWebhooks {
  /** Returns an address as it is stored. Throws `webhook-url-refused`. */
  checked(url: string): Promise<string>;
  /** The secret of a job that no account owns. */
  secretOf(job: string): Promise<string>;
}

/** Digits that tell the bodies of two requests for the same job apart, of which one is not used. */
const BODY_DIGITS = 12;

type Refusal = Extract<Created, { readonly type: "refused" }>;

const refusals: Readonly<Record<Refusal["code"], string>> = {
  "too-many-jobs": `${MAX_WAITING_JOBS} jobs are waiting; there may be ${MAX_WAITING_JOBS}.`,
  "idempotency-key-reused": "The first request with this Idempotency-Key was another one.",
  "queue-unavailable": "The queue did not take the job.",
};

function unknownJob(): Problem {
  return new Problem("unknown-job", "There is no job with this id, or it belongs to another account.");
}

/** Calls a book. One that cannot be reached is a storage that is away: what became of the call is not known, and every verb may be repeated. */
async function reached<Reply>(call: Promise<Reply>): Promise<Reply> {
  try {
    return await call;
  } catch (cause) {
    throw new Problem("storage-unavailable", "The place where jobs are kept did not reply.", { cause });
  }
}

async function seedOf(
  { payer, idempotencyKey, fingerprint, requestId, task, request, webhook: address, isFlat }: NewJob,
  { random, webhooks }: Pick<JobsOptions, "random" | "webhooks">,
): Promise<JobSeed> {
  const webhook = address === undefined ? null : await webhooks.checked(address);
  const id = await jobId({ account: payer?.account, idempotencyKey, fingerprint }, random);
  const bodyObject = `jobs/${id}/request-${randomBase62(BODY_DIGITS, random)}`;
  const what = { fingerprint, requestId, task, request, isFlat };
  return { ...what, id, bodyObject, payer: payer ?? null, webhook };
}

/** The jobs of a deployment, over its books and its storage. */
export function createJobs({ bookAt, storage, random, webhooks }: JobsOptions): Jobs {
  const bookFor = (id: string, { account }: JobCaller): Book => {
    if (!isJobId(id)) throw unknownJob();
    return bookAt(bookOf(id, account));
  };
  const found = async (booked: BookedJob | undefined): Promise<FoundJob> => {
    if (booked === undefined) throw unknownJob();
    const { job, answer } = booked;
    if (answer === null) return { job, answer: undefined };
    const body = await storage.get(answer.object);
    // It is deleted together with its job.
    if (body === undefined) throw unknownJob();
    return { job, answer: { body, headers: answer.headers } };
  };
  /** A body that no job needs; if it cannot be deleted, the storage's own rule does. */
  const drop = (name: string): Promise<void> => storage.delete([name]).catch(() => undefined);
  /** What verifies the webhook is shown to whoever asked for it; an account has a secret of its own. */
  const withSecret = async (job: FoundJob, { webhook, payer }: JobSeed): Promise<FoundJob> => {
    if (webhook === null || payer !== null) return job;
    return { ...job, job: { ...job.job, webhookSecret: await webhooks.secretOf(job.job.id) } };
  };
  return {
    create: async (job) => {
      const seed = await seedOf(job, { random, webhooks });
      await storage.put(seed.bodyObject, job.body);
      const book = bookFor(seed.id, { account: job.payer?.account });
      const reply = await reached(book.create(seed));
      if (reply.type !== "created") await drop(seed.bodyObject);
      if (reply.type === "refused") throw new Problem(reply.code, refusals[reply.code]);
      return withSecret(await found(reply), seed);
    },
    get: async (id, { waitMs, ...caller }) => found(await reached(bookFor(id, caller).get(id, waitMs))),
    cancel: async (id, caller) => found(await reached(bookFor(id, caller).cancel(id))),
    list: async ({ account, status, limit, before }) => {
      const page = await reached(bookAt(bookOf("", account)).list({ status, before, limit: limit + 1 }));
      return { jobs: page.slice(0, limit), hasMore: page.length > limit };
    },
  };
}
