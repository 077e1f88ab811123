import { createLiveBook, type LiveBook, type LiveBookOptions } from "../src/jobs/live-book.ts";
import type { JobBindings } from "./job-bindings.ts";
import { createJobTables } from "./job-sql/sql-tables.ts";

const now = (): number => Date.now();

function after(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
}

/** Returns the book of an owner over its object's storage. Loaded by the first object of an isolate. */
export function createJobRules(
  storage: DurableObjectStorage,
  { JOBS, JOB_FILES }: JobBindings,
  alarm: Pick<LiveBookOptions, "wakeBy" | "wakeAt">,
): LiveBook {
  return createLiveBook({
    tables: createJobTables(storage, now),
    now,
    after,
    ...alarm,
    onEnd: () => {},
    send: async (messages) => {
      if (JOBS === undefined) throw new Error("A book of jobs has no queue.");
      await JOBS.sendBatch(messages.map((body) => ({ body })));
    },
    deleteObjects: async (names) => {
      if (JOB_FILES === undefined) throw new Error("A book of jobs has no bucket.");
      await JOB_FILES.delete([...names]);
    },
  });
}
