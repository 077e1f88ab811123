import { DurableObject } from "cloudflare:workers";
import type { BegunJob, Book, BookedJob, Created } from "../src/jobs/book-port.ts";
import { bookOf } from "../src/jobs/ids.ts";
import type { JobRow } from "../src/jobs/job.ts";
import type { WebhookVerbs } from "../src/webhooks/book.ts";
import type { JobBindings, JobMessage } from "./job-bindings.ts";
import type { JobRules } from "./job-rules.ts";

/** When an alarm that failed rings again, in milliseconds. The runtime itself would give up after six failures. */
const ALARM_RETRY_MS = 10_000;

/** The parameters of a verb. */
type Of<Name extends keyof Verbs> = Parameters<Verbs[Name]>;
type Verbs = Book & WebhookVerbs;

function messageOf({ id, payer }: Pick<JobRow, "id" | "payer">): JobMessage {
  return { book: bookOf(id, payer?.account), id };
}

/**
 * One Durable Object per account, or, without accounts, for each of sixty-two parts of all jobs: the truth about them. It stores rows, sends messages and sets alarms;
 * `src/jobs/` decides. A message only wakes the consumer: if it is lost, the alarm sends another.
 */
export class JobBook extends DurableObject<Env & JobBindings> implements Book, WebhookVerbs {
  /** Loaded before the first call: the Worker exports this class also where there are no jobs. */
  #loaded: JobRules | undefined;
  /** When the alarm rings; each setting is a row that is billed, so that it is only set earlier. */
  #alarmMs = Infinity;
  /** Whether the queue has taken a new job's message: whoever asks for the same job waits for that, too. */
  readonly #sending = new Map<string, Promise<boolean>>();

  constructor(ctx: DurableObjectState, env: Env & JobBindings) {
    super(ctx, env);
    void ctx.blockConcurrencyWhile(async () => {
      const { createJobRules } = await import("./job-rules.ts");
      this.#loaded = createJobRules(ctx.storage);
      this.#alarmMs = (await ctx.storage.getAlarm()) ?? Infinity;
      await this.#wakeForRows();
    });
  }

  get #rules(): JobRules {
    if (this.#loaded === undefined) throw new Error("A book of jobs was called before its rules were loaded.");
    return this.#loaded;
  }

  async create(...[seed]: Of<"create">): Promise<Created> {
    const { book } = this.#rules;
    const reply = book.create(seed);
    if (reply.type === "refused") return reply;
    if (reply.type === "created") this.#sending.set(seed.id, this.#announce(seed));
    const isSent = (await this.#sending.get(seed.id)) ?? true;
    if (reply.type === "created") {
      this.#sending.delete(seed.id);
      if (!isSent) book.forget(seed.id);
    }
    if (!isSent) return { type: "refused", code: "queue-unavailable" };
    return reply;
  }

  async begin(...[id]: Of<"begin">): Promise<BegunJob | undefined> {
    return this.#followed(this.#rules.book.begin(id));
  }

  async extend(...request: Of<"extend">): Promise<boolean> {
    return this.#rules.book.extend(...request);
  }

  async finish(...request: Of<"finish">): Promise<boolean> {
    return this.#followed(this.#rules.book.finish(...request));
  }

  async abandon(...[id]: Of<"abandon">): Promise<void> {
    return this.#followed(this.#rules.book.abandon(id));
  }

  async get(...[id, waitMs]: Of<"get">): Promise<BookedJob | undefined> {
    const { book, waiters } = this.#rules;
    const found = book.find(id);
    const isOpen = found?.job.status === "queued" || found?.job.status === "running";
    if (!isOpen || waitMs <= 0) return found;
    await waiters.wait(id, waitMs);
    return book.find(id);
  }

  async cancel(...[id]: Of<"cancel">): Promise<BookedJob | undefined> {
    return this.#followed(this.#rules.book.cancel(id));
  }

  async list(...[page]: Of<"list">) {
    return this.#rules.book.list(page);
  }

  async createWebhook(...[webhook]: Of<"createWebhook">) {
    return this.#rules.webhooks.createWebhook(webhook);
  }

  async webhooks() {
    return this.#rules.webhooks.webhooks();
  }

  async removeWebhook(...[id]: Of<"removeWebhook">) {
    return this.#rules.webhooks.removeWebhook(id);
  }

  async newWebhookSecret() {
    return this.#rules.webhooks.newWebhookSecret();
  }

  async testWebhook(...[target]: Of<"testWebhook">) {
    return this.#followed(await this.#rules.webhooks.testWebhook(target));
  }

  async deliveries(...[page]: Of<"deliveries">) {
    return this.#rules.webhooks.deliveries(page);
  }

  async tellEvent(...request: Of<"tellEvent">): Promise<void> {
    return this.#followed(this.#rules.webhooks.tell(...request));
  }

  /** Never ends by a throw, after six of which there would be no alarm any more. */
  override async alarm(): Promise<void> {
    this.#alarmMs = Infinity;
    try {
      // Before anything is sent: the process may end meanwhile.
      await this.#wakeBy(Date.now() + ALARM_RETRY_MS);
      await this.#tend();
      await this.#wakeForRows();
      // Not waited for: no alarm rings while one is being answered, and a receiver may take its time.
      this.ctx.waitUntil(this.#sendEvents());
    } catch (thrown) {
      console.error("A book of jobs was not looked after, and is tried again:", thrown);
    }
  }

  async #sendEvents(): Promise<void> {
    await this.#rules.webhooks.round();
    await this.#wakeForRows().catch((thrown: unknown) => console.error("An alarm was not set:", thrown));
  }

  async #tend(): Promise<void> {
    const { book } = this.#rules;
    const decided = book.tend();
    const due = decided.flatMap((each) => (each.kind === "send" ? [{ body: messageOf(each.row) }] : []));
    // What the queue does not take is sent again later.
    if (due.length > 0) await this.#jobs.sendBatch(due).catch(() => undefined);
    for (const each of decided) {
      if (each.kind === "delete") await this.#delete(each);
    }
  }

  async #delete({
    id,
    objects,
    row,
  }: {
    readonly id: string;
    readonly objects: readonly string[];
    readonly row: JobRow | undefined;
  }) {
    const { book } = this.#rules;
    try {
      await this.env.JOB_FILES?.delete([...objects]);
      book.cleared(id, row);
    } catch {
      book.postponed(id, Date.now() + ALARM_RETRY_MS);
    }
  }

  get #jobs(): Queue<JobMessage> {
    const { JOBS } = this.env;
    if (JOBS === undefined) throw new Error("A book of jobs has no queue.");
    return JOBS;
  }

  /** Sends the first message of a job; false if the queue did not take it. */
  async #announce(job: Pick<JobRow, "id" | "payer">): Promise<boolean> {
    await this.#wakeForRows();
    return this.#jobs.send(messageOf(job)).then(
      () => true,
      () => false,
    );
  }

  /** Looks after what has changed, before the reply to whoever has changed it. */
  async #followed<Reply>(reply: Reply): Promise<Reply> {
    await this.#wakeForRows();
    return reply;
  }

  async #wakeForRows(): Promise<void> {
    const { book, webhooks } = this.#rules;
    await this.#wakeBy(Math.min(book.nextDueMs() ?? Infinity, webhooks.nextMs() ?? Infinity));
  }

  /** Sets the alarm, unless it rings before. Called without a wait after the rows were written, so that both are stored together. */
  async #wakeBy(timeMs: number): Promise<void> {
    if (timeMs >= this.#alarmMs) return;
    this.#alarmMs = timeMs;
    try {
      await this.ctx.storage.setAlarm(timeMs);
    } catch (thrown) {
      this.#alarmMs = Infinity;
      throw thrown;
    }
  }
}
