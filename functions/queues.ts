import { env } from "cloudflare:workers";
import type { BatchMessage } from "../src/batches/live-book.ts";
import type { BatchesMount } from "../src/contract/batches-port.ts";
import type { JobsMount } from "../src/contract/jobs-port.ts";
import type { WebhooksMount } from "../src/contract/webhooks-port.ts";
import type { JobMessage } from "../src/jobs/live-book.ts";
import type { JobBindings } from "./job-bindings.ts";
import type { ConsumerOptions } from "./jobs.ts";

/** A message of any queue. */
export type QueueMessage = JobMessage | BatchMessage;

type Consumers<Message> = Readonly<
  Record<string, (batch: MessageBatch<Message>, options: ConsumerOptions) => Promise<void>>
>;

/** The queues of this deployment, by their names in wrangler.toml, and who takes their messages. Each is loaded by its first message. */
const jobConsumers: Consumers<JobMessage> = {
  "florence-edge-jobs": async (batch, options) => (await import("./jobs.ts")).consumeJobs(batch, options),
  "florence-edge-jobs-dead": async (batch) => (await import("./jobs.ts")).consumeDeadJobs(batch),
};

const batchConsumers: Consumers<BatchMessage> = {
  "florence-edge-batches": async (batch, options) => (await import("./batches.ts")).consumeBatches(batch, options),
  "florence-edge-batches-dead": async (batch) => (await import("./batches.ts")).logDeadBatches(batch),
};

/** Whether a queue has the messages of batches: nothing else is sent to it. */
function isOfBatches(batch: MessageBatch<QueueMessage>): batch is MessageBatch<BatchMessage> {
  return Object.hasOwn(batchConsumers, batch.queue);
}

function isOfJobs(batch: MessageBatch<QueueMessage>): batch is MessageBatch<JobMessage> {
  return Object.hasOwn(jobConsumers, batch.queue);
}

/** Takes some messages of a queue. */
export async function consume(batch: MessageBatch<QueueMessage>, options: ConsumerOptions): Promise<void> {
  if (isOfBatches(batch)) await batchConsumers[batch.queue]?.(batch, options);
  else if (isOfJobs(batch)) await jobConsumers[batch.queue]?.(batch, options);
  else throw new Error(`Nobody takes the messages of the queue ${batch.queue}.`);
}

/** Where this deployment keeps requests that are answered later; undefined if it has no such place. Nothing is loaded before the first of them. */
export function jobsMount(): JobsMount | undefined {
  const { JOBS, JOB_FILES }: Env & JobBindings = env;
  if (JOBS === undefined || JOB_FILES === undefined) return undefined;
  return { load: async () => (await import("./jobs.ts")).jobs() };
}

/** Who is told the end of jobs; undefined where nothing is answered later. Nothing is loaded before the first request about it. */
export function webhooksMount(): WebhooksMount | undefined {
  if (jobsMount() === undefined) return undefined;
  return { load: async () => (await import("./webhooks.ts")).webhooks() };
}

/** Where this deployment keeps batches; undefined if it has no such place. */
export function batchesMount(): BatchesMount | undefined {
  const { BATCHES, JOB_FILES }: Env & JobBindings = env;
  if (BATCHES === undefined || JOB_FILES === undefined) return undefined;
  return { load: async () => (await import("./batches.ts")).batches() };
}
