import { createLiveBook, type LiveBookOptions } from "../src/jobs/live-book.ts";
import type { JobBindings } from "./job-bindings.ts";
import { createJobTables } from "./job-sql/sql-tables.ts";
import { webhookRules } from "./webhooks.ts";

const now = (): number => Date.now();

function after(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
}

/** Returns the book of an owner and his webhooks, over his object's storage. Loaded by the first object of an isolate. */
export function createJobRules(
  storage: DurableObjectStorage,
  { JOBS, JOB_FILES }: JobBindings,
  alarm: Pick<LiveBookOptions, "wakeBy" | "wakeAt">,
) {
  const tables = createJobTables(storage, now);
  const webhooks = webhookRules(storage, (id) => tables.find(id));
  const book = createLiveBook({
    tables,
    now,
    after,
    ...alarm,
    onEnd: webhooks.tellEnd,
    also: webhooks,
    send: async (messages) => {
      if (JOBS === undefined) throw new Error("A book of jobs has no queue.");
      await JOBS.sendBatch(messages.map((body) => ({ body })));
    },
    deleteObjects: async (names) => {
      if (JOB_FILES === undefined) throw new Error("A book of jobs has no bucket.");
      await JOB_FILES.delete([...names]);
    },
  });
  return { book, webhooks };
}
export type JobRules = ReturnType<typeof createJobRules>;
