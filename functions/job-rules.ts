import { createBook } from "../src/jobs/book.ts";
import type { JobRow } from "../src/jobs/job.ts";
import { createWaiters } from "../src/jobs/waiters.ts";
import { createJobTables } from "./job-sql/sql-tables.ts";
import { webhookRules } from "./webhooks.ts";

const now = (): number => Date.now();

/** Returns the rules of a book of jobs over its storage, for its object. Loaded by the first one of an isolate. */
export function createJobRules(storage: DurableObjectStorage) {
  const waiters = createWaiters((milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  });
  const tables = createJobTables(storage, now);
  const webhooks = webhookRules(storage, (id) => tables.find(id));
  const onEnd = (row: JobRow): void => {
    webhooks.tellEnd(row);
    waiters.wake(row.id);
  };
  return { book: createBook({ tables, now, onEnd }), waiters, webhooks };
}
export type JobRules = ReturnType<typeof createJobRules>;
