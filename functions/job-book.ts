import { DurableObject } from "cloudflare:workers";
import type { Book } from "../src/jobs/book-port.ts";
import type { WebhookVerbs } from "../src/webhooks/book.ts";
import type { JobBindings } from "./job-bindings.ts";
import type { JobRules } from "./job-rules.ts";

/** The parameters of a verb. */
type Of<Name extends keyof Verbs> = Parameters<Verbs[Name]>;
type Verbs = Book & WebhookVerbs;

/**
 * One Durable Object per account, or, without accounts, for each of sixty-two parts of all jobs: the truth about them. It stores rows and sets alarms; `src/jobs/`
 * decides. A message of the queue only wakes the consumer: if it is lost, the alarm sends another.
 */
export class JobBook extends DurableObject<Env & JobBindings> implements Book, WebhookVerbs {
  /** Loaded before the first call: the Worker exports this class also where there are no jobs. */
  #loaded: JobRules | undefined;
  /** When the alarm rings; each setting is a row that is billed, so that it is only set earlier. */
  #alarmMs = Infinity;

  constructor(ctx: DurableObjectState, env: Env & JobBindings) {
    super(ctx, env);
    void ctx.blockConcurrencyWhile(async () => {
      const { createJobRules } = await import("./job-rules.ts");
      this.#loaded = createJobRules(ctx.storage, env, {
        wakeBy: async (timeMs) => {
          if (timeMs < this.#alarmMs) await this.#wakeAt(timeMs);
        },
        wakeAt: (timeMs) => this.#wakeAt(timeMs),
      });
      this.#alarmMs = (await ctx.storage.getAlarm()) ?? Infinity;
      await this.#book.start();
    });
  }

  get #rules(): JobRules {
    if (this.#loaded === undefined) throw new Error("A book of jobs was called before its rules were loaded.");
    return this.#loaded;
  }

  get #book() {
    return this.#rules.book;
  }

  get #webhooks() {
    return this.#rules.webhooks;
  }

  create(...request: Of<"create">) {
    return this.#book.create(...request);
  }

  begin(...request: Of<"begin">) {
    return this.#book.begin(...request);
  }

  extend(...request: Of<"extend">) {
    return this.#book.extend(...request);
  }

  finish(...request: Of<"finish">) {
    return this.#book.finish(...request);
  }

  abandon(...request: Of<"abandon">) {
    return this.#book.abandon(...request);
  }

  get(...request: Of<"get">) {
    return this.#book.get(...request);
  }

  cancel(...request: Of<"cancel">) {
    return this.#book.cancel(...request);
  }

  list(...request: Of<"list">) {
    return this.#book.list(...request);
  }

  async createWebhook(...request: Of<"createWebhook">) {
    return this.#webhooks.createWebhook(...request);
  }

  async webhooks() {
    return this.#webhooks.webhooks();
  }

  async removeWebhook(...request: Of<"removeWebhook">) {
    return this.#webhooks.removeWebhook(...request);
  }

  async newWebhookSecret() {
    return this.#webhooks.newWebhookSecret();
  }

  async testWebhook(...request: Of<"testWebhook">) {
    const sent = this.#webhooks.testWebhook(...request);
    await this.#book.start();
    return sent;
  }

  async deliveries(...request: Of<"deliveries">) {
    return this.#webhooks.deliveries(...request);
  }

  async tellEvent(...request: Of<"tellEvent">): Promise<void> {
    this.#webhooks.tell(...request);
    await this.#book.start();
  }

  override alarm(): Promise<void> {
    this.#alarmMs = Infinity;
    return this.#book.alarm();
  }

  /** Sets the alarm. Called without a wait after the rows were written, so that both are stored together. */
  async #wakeAt(timeMs: number): Promise<void> {
    this.#alarmMs = timeMs;
    try {
      await (timeMs === Infinity ? this.ctx.storage.deleteAlarm() : this.ctx.storage.setAlarm(timeMs));
    } catch (thrown) {
      this.#alarmMs = Infinity;
      throw thrown;
    }
  }
}
