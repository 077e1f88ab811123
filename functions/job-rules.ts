import { createBook } from "../src/jobs/book.ts";
import { createWaiters } from "../src/jobs/waiters.ts";
import { createJobTables } from "./job-sql/sql-tables.ts";

const now = (): number => Date.now();

/** Returns the rules of a book of jobs over its storage, for its object. Loaded by the first one of an isolate. */
export function createJobRules(storage: DurableObjectStorage) {
  const waiters = createWaiters((milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  });
  const book = createBook({ tables: createJobTables(storage, now), now, onEnd: ({ id }) => waiters.wake(id) });
  return { book, waiters };
}
export type JobRules = ReturnType<typeof createJobRules>;
