import { env } from "cloudflare:workers";
import type { JobsMount } from "../src/contract/jobs-port.ts";
import type { WebhooksMount } from "../src/contract/webhooks-port.ts";
import type { JobMessage } from "../src/jobs/live-book.ts";
import type { JobBindings } from "./job-bindings.ts";
import type { ConsumerOptions } from "./jobs.ts";

/** The queues of this deployment, by their names in wrangler.toml, and who takes their messages. Each is loaded by its first message. */
const consumers: Readonly<
  Record<string, (batch: MessageBatch<JobMessage>, options: ConsumerOptions) => Promise<void>>
> = {
  "florence-edge-jobs": async (batch, options) => (await import("./jobs.ts")).consumeJobs(batch, options),
  "florence-edge-jobs-dead": async (batch) => (await import("./jobs.ts")).consumeDeadJobs(batch),
};

/** Takes some messages of a queue. */
export async function consume(batch: MessageBatch<JobMessage>, options: ConsumerOptions): Promise<void> {
  const consumer = consumers[batch.queue];
  if (consumer === undefined) throw new Error(`Nobody takes the messages of the queue ${batch.queue}.`);
  await consumer(batch, options);
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
