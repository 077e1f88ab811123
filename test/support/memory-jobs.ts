import { dueMs, hasEnded, type JobRow } from "../../src/jobs/job.ts";
import type { JobTables } from "../../src/jobs/tables.ts";

/** The tables of a book in memory. A transaction that throws leaves nothing. */
export function memoryJobTables(): JobTables & { readonly rows: () => readonly JobRow[] } {
  let all = new Map<string, JobRow>();
  const newestFirst = (): readonly JobRow[] =>
    [...all.values()].toSorted((one, other) =>
      one.createdMs === other.createdMs ? (one.id < other.id ? 1 : -1) : other.createdMs - one.createdMs,
    );
  const byDue = (): readonly JobRow[] => [...all.values()].toSorted((one, other) => dueMs(one) - dueMs(other));
  return {
    rows: newestFirst,
    find: (id) => all.get(id),
    // As SQLite stores it: what is not JSON is lost.
    put: (row) => void all.set(row.id, JSON.parse(JSON.stringify(row))),
    remove: (id) => void all.delete(id),
    countOpen: () => [...all.values()].filter((row) => !hasEnded(row)).length,
    due: (nowMs, limit) =>
      byDue()
        .filter((row) => dueMs(row) <= nowMs)
        .slice(0, limit),
    nextDueMs: () => byDue().map(dueMs)[0],
    page: ({ status, limit, before }) =>
      newestFirst()
        .filter((row) => status === undefined || row.status === status)
        .filter(
          ({ createdMs, id }) =>
            before === undefined || createdMs < before.createdMs || (createdMs === before.createdMs && id < before.id),
        )
        .slice(0, limit),
    transaction: (work) => {
      const kept = new Map(all);
      try {
        return work();
      } catch (thrown) {
        all = kept;
        throw thrown;
      }
    },
  };
}
