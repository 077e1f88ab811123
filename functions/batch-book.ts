import { DurableObject } from "cloudflare:workers";
import type { BatchBook as Book } from "../src/batches/book-port.ts";
import type { LiveBook } from "../src/batches/live-book.ts";
import type { JobBindings } from "./job-bindings.ts";

/** The parameters of a verb. */
type Of<Name extends keyof Book> = Parameters<Book[Name]>;

/**
 * One Durable Object per account, or, without accounts, for each of sixty-two parts of all files and batches: the truth about them. It stores rows and sets alarms;
 * `src/batches/` decides. A message of the queue only wakes the consumer: if it is lost, the alarm sends another.
 */
export class BatchBook extends DurableObject<Env & JobBindings> implements Book {
  /** Loaded before the first call: the Worker exports this class also where there are no batches. */
  #loaded: LiveBook | undefined;
  /** When the alarm rings; each setting is a row that is billed, so that it is only set earlier. */
  #alarmMs = Infinity;

  /** `leaseMs` is how long an attempt may be silent; left out but for tests. */
  constructor(ctx: DurableObjectState, env: Env & JobBindings, leaseMs?: number) {
    super(ctx, env);
    void ctx.blockConcurrencyWhile(async () => {
      const { createBatchRules } = await import("./batch-rules.ts");
      this.#loaded = createBatchRules(ctx.storage, env, {
        name: ctx.id.name ?? "",
        leaseMs,
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
    if (this.#loaded === undefined) throw new Error("A book of batches was called before its rules were loaded.");
    return this.#loaded;
  }

  mayAddFile() {
    return this.#book.mayAddFile();
  }

  addFile(...request: Of<"addFile">) {
    return this.#book.addFile(...request);
  }

  file(...request: Of<"file">) {
    return this.#book.file(...request);
  }

  content(...request: Of<"content">) {
    return this.#book.content(...request);
  }

  deleteFile(...request: Of<"deleteFile">) {
    return this.#book.deleteFile(...request);
  }

  files(...request: Of<"files">) {
    return this.#book.files(...request);
  }

  create(...request: Of<"create">) {
    return this.#book.create(...request);
  }

  batch(...request: Of<"batch">) {
    return this.#book.batch(...request);
  }

  cancel(...request: Of<"cancel">) {
    return this.#book.cancel(...request);
  }

  batches(...request: Of<"batches">) {
    return this.#book.batches(...request);
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
