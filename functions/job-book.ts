import { DurableObject } from "cloudflare:workers";
import type { Book } from "../src/jobs/book-port.ts";
import type { LiveBook } from "../src/jobs/live-book.ts";
import type { JobBindings } from "./job-bindings.ts";

/** The parameters of a verb. */
type Of<Name extends keyof Book> = Parameters<Book[Name]>;

/**
 * One Durable Object per account, or, without accounts, for each of sixty-two parts of all jobs: the truth about them. It stores rows and sets alarms; `src/jobs/`
 * decides. A message of the queue only wakes the consumer: if it is lost, the alarm sends another.
 */
export class JobBook extends DurableObject<Env & JobBindings> implements Book {
  /** Loaded before the first call: the Worker exports this class also where there are no jobs. */
  #loaded: LiveBook | undefined;
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

  get #book(): LiveBook {
    if (this.#loaded === undefined) throw new Error("A book of jobs was called before its rules were loaded.");
    return this.#loaded;
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
