import { env } from "cloudflare:workers";
import { jobView } from "../src/http/job-body.ts";
import { publicUrl } from "../src/image/public-url.ts";
import { bookOf, isJobId } from "../src/jobs/ids.ts";
import { factsOf } from "../src/jobs/book.ts";
import type { JobRow } from "../src/jobs/job.ts";
import type { Webhooks } from "../src/contract/webhooks-port.ts";
import { Problem } from "../src/contract/problems.ts";
import { createSigningKey } from "../src/uploads/signing-key.ts";
import { type CheckAddress, createSendEvent } from "../src/webhooks/attempt.ts";
import { createWebhookBook, newEventId } from "../src/webhooks/book.ts";
import { checkedAddress, createWebhooks } from "../src/webhooks/create-webhooks.ts";
import type { WebhookEvent } from "../src/webhooks/delivery.ts";
import type { ToldJob } from "../src/webhooks/event-body.ts";
import { derivedSecret } from "../src/webhooks/secrets.ts";
import { secretText } from "../src/webhooks/signature.ts";
import { publicUrls } from "./image-fetch.ts";
import type { JobBindings } from "./job-bindings.ts";
import { createWebhookTables } from "./job-sql/webhook-tables.ts";
import { outside } from "./outside.ts";
import { randomBytes } from "./random.ts";
import { storeIn } from "./uploads.ts";
import { Variables } from "./variables.ts";

const bindings: Env & JobBindings = env;

const now = (): number => Date.now();

function files(): R2Bucket {
  const { JOB_FILES } = bindings;
  if (JOB_FILES !== undefined) return JOB_FILES;
  throw new Problem("jobs-unavailable", "This deployment has no bucket for jobs.");
}

/** Returns what looks at addresses. Wrong variables, with which nothing is answered, allow no more than the strictest right ones. */
function addressCheck(): CheckAddress {
  const { data } = Variables.safeParse(env);
  const options = data === undefined ? { allowsHttp: false } : publicUrls(data);
  return async (url, signal) => {
    const checked = await publicUrl(url, options, signal);
    if ("url" in checked) return undefined;
    return "refused" in checked ? "refused" : "unknown-host";
  };
}

const check = addressCheck();
let key: (() => Promise<CryptoKey>) | undefined;

/** The secret of a job that no account owns. */
async function secretOfJob(job: string) {
  key ??= createSigningKey({ store: storeIn(files()), random: randomBytes });
  return derivedSecret(await key(), job);
}

/** What the jobs of this deployment need of webhooks: addresses are looked at, and jobs that nobody owns have a secret. */
export const jobWebhooks = {
  /** Returns an address as it is stored. Throws `webhook-url-refused`. */
  checked: (url: string): Promise<string> => checkedAddress(url, { ...outside, check }),
  secretOf: async (job: string): Promise<string> => secretText(await secretOfJob(job)),
};

/** The event of a job's end. */
function endOf({ id, status, payer, endedMs }: JobRow): WebhookEvent | undefined {
  if (status !== "succeeded" && status !== "failed" && status !== "cancelled") return undefined;
  const event = { id: newEventId(randomBytes), type: `job.${status}` as const, job: id, data: null };
  return { ...event, atMs: endedMs ?? now(), isOwned: payer !== null };
}

async function toldJob(row: JobRow | undefined): Promise<ToldJob | undefined> {
  if (row === undefined) return undefined;
  const job = jobView(factsOf(row), row.request.origin);
  if (row.answer === null) return { job, answer: undefined, isFlat: row.isFlat };
  const answer = await files().get(row.answer.object);
  return answer === null ? undefined : { job, answer: await answer.text(), isFlat: row.isFlat };
}

/** Returns the webhooks of one owner, for the object that has its jobs. The tables are there. */
export function webhookRules(storage: DurableObjectStorage, jobOf: (id: string) => JobRow | undefined) {
  const book = createWebhookBook({
    tables: createWebhookTables(storage),
    now,
    random: randomBytes,
    spread: Math.random,
    read: async (id) => toldJob(jobOf(id)),
    secretOfJob,
    send: createSendEvent({ ...outside, now, check }),
    logFailure: (thrown) => console.error("An event could not be told, and is tried again:", thrown),
  });
  return {
    ...book,
    /** Has a job's end told. Call it in the transaction that ends the job. */
    tellEnd: (row: JobRow): void => {
      const event = endOf(row);
      if (event !== undefined) book.tell(event, row.webhook);
    },
  };
}

/** The webhooks of this deployment. */
export function webhooks(): Webhooks {
  const { JOB_BOOKS } = bindings;
  return createWebhooks({
    check,
    timeout: outside.timeout,
    bookOf: (owner) => {
      if ("account" in owner) return JOB_BOOKS.get(JOB_BOOKS.idFromName(bookOf("", owner.account)));
      return isJobId(owner.job) ? JOB_BOOKS.get(JOB_BOOKS.idFromName(bookOf(owner.job, undefined))) : undefined;
    },
  });
}
