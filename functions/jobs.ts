import { env } from "cloudflare:workers";
import type { JobPayer, Jobs } from "../src/contract/jobs-port.ts";
import { Problem } from "../src/contract/problems.ts";
import type { OwnCalls } from "../src/http/own-calls.ts";
import type { HandleRequest } from "../src/http/protocol-routes.ts";
import { createJobs } from "../src/jobs/create-jobs.ts";
import { inTurns } from "../src/jobs/in-turns.ts";
import { runJob } from "../src/jobs/run-job.ts";
import type { JobStorage } from "../src/jobs/storage.ts";
import type { JobMessage } from "../src/jobs/live-book.ts";
import type { JobBindings } from "./job-bindings.ts";
import { randomBytes } from "./random.ts";
import { jobWebhooks } from "./webhooks.ts";

const bindings: Env & JobBindings = env;

function bookAt(name: string) {
  const { JOB_BOOKS } = bindings;
  return JOB_BOOKS.get(JOB_BOOKS.idFromName(name));
}

/** Runs a call of the bucket, whose failures are problems. */
async function guarded<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    throw new Problem("storage-unavailable", "The storage of jobs did not reply.", { cause });
  }
}

/** The bucket as a storage. */
function storageIn(bucket: R2Bucket): JobStorage {
  return {
    put: (name, bytes) => guarded(async () => void (await bucket.put(name, bytes))),
    get: (name) =>
      guarded(async () => {
        const object = await bucket.get(name);
        return object === null ? undefined : new Uint8Array(await object.arrayBuffer());
      }),
    delete: (names) => guarded(() => bucket.delete([...names])),
  };
}

function storage(): JobStorage {
  const { JOB_FILES } = bindings;
  if (JOB_FILES !== undefined) return storageIn(JOB_FILES);
  throw new Problem("jobs-unavailable", "This deployment has no bucket for jobs.");
}

/** The jobs of this deployment. */
export function jobs(): Jobs {
  return createJobs({ bookAt, storage: storage(), random: randomBytes, webhooks: jobWebhooks });
}

/** How the consumer asks this deployment itself. */
export interface ConsumerOptions {
  readonly handleRequest: HandleRequest;
  readonly ownCalls: OwnCalls;
  /** How many jobs of one delivery run at once. */
  readonly concurrency: number;
}

function every(milliseconds: number, run: () => void): () => void {
  const timer = setInterval(run, milliseconds);
  return () => clearInterval(timer);
}

function logFailure(thrown: unknown, id: string): void {
  console.error(`An attempt of ${id} failed:`, thrown);
}

/** Runs the jobs of some messages. A message whose job's book did not reply comes again; all others are done, since the book's alarm sends what is to come. */
export async function consumeJobs(
  { messages }: MessageBatch<JobMessage>,
  { handleRequest, ownCalls, concurrency }: ConsumerOptions,
): Promise<void> {
  const ask = (request: Request, payer: JobPayer | undefined): Promise<Response> =>
    handleRequest(ownCalls.mark(request, { payer, priceClass: "now", isCounted: true }));
  await inTurns(messages, concurrency, async (message) => {
    const { book, id } = message.body;
    try {
      await runJob(id, { book: bookAt(book), storage: storage(), ask, every, logFailure });
      message.ack();
    } catch (thrown) {
      console.warn(`The book of ${id} did not reply:`, thrown);
      message.retry();
    }
  });
}

/** Ends the jobs whose messages the queue has given up. */
export async function consumeDeadJobs({ messages }: MessageBatch<JobMessage>): Promise<void> {
  await Promise.all(
    messages.map(async (message) => {
      const { book, id } = message.body;
      await bookAt(book).abandon(id);
      message.ack();
    }),
  );
}
