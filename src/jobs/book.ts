import { MAX_WAITING_JOBS } from "../contract/jobs.ts";
import type { JobFacts } from "../contract/jobs-port.ts";
import { problemDetails } from "../contract/problem-details.ts";
import type { BegunJob, BookedJob, Created } from "./book-port.ts";
import {
  abandoned,
  begun,
  cancelled,
  createdJob,
  due,
  type Due,
  extended,
  finished,
  hasEnded,
  isFree,
  type JobRow,
  type JobSeed,
  type Outcome,
  type ProblemOf,
} from "./job.ts";
import type { JobPage, JobTables } from "./tables.ts";

/** What the verbs of a book need. */
export interface BookOptions {
  readonly tables: JobTables;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called in the transaction that ends a job. */
  readonly onEnd: (row: JobRow) => void;
}

const problemOf: ProblemOf = (code, detail, { requestId }) => problemDetails(code, { detail, requestId });

/** What callers may know of a job. The problem of an attempt that will be repeated is none of the job. */
export function factsOf({ id, status, createdMs, task, problem }: JobRow): JobFacts {
  return { id, status, createdMs, task, problem: status === "failed" ? problem : null };
}

function booked(row: JobRow): BookedJob {
  return { job: factsOf(row), answer: row.answer };
}

/** Jobs that are looked after in one round, so that their owner's requests do not wait for all of them. */
export const ROUND_JOBS = 100;

/** How jobs are changed: each change is one transaction, and nothing in it waits. */
function createChanges({ tables, onEnd }: BookOptions) {
  const put = (row: JobRow): JobRow => {
    const before = tables.find(row.id);
    tables.put(row);
    if (hasEnded(row) && (before === undefined || !hasEnded(before))) onEnd(row);
    return row;
  };
  /** Changes a job, if there is one to change. */
  const change = (id: string, next: (row: JobRow) => JobRow | undefined): JobRow | undefined =>
    tables.transaction(() => {
      const row = tables.find(id);
      const changed = row && next(row);
      return changed && (changed === row ? row : put(changed));
    });
  return { put, change };
}

type Changes = ReturnType<typeof createChanges>;

/** The verbs of callers. */
function callerVerbs({ tables, now }: BookOptions, { put, change }: Changes) {
  return {
    create: (seed: JobSeed): Created =>
      tables.transaction(() => {
        const known = tables.find(seed.id);
        if (known !== undefined && known.fingerprint !== seed.fingerprint) {
          return { type: "refused", code: "idempotency-key-reused" };
        }
        if (known !== undefined) return { type: "existing", ...booked(known) };
        if (tables.countOpen() >= MAX_WAITING_JOBS) return { type: "refused", code: "too-many-jobs" };
        return { type: "created", ...booked(put(createdJob(seed, now()))) };
      }),
    /** Forgets a job that nobody was told of. */
    forget: (id: string): void => tables.transaction(() => tables.remove(id)),
    find: (id: string): BookedJob | undefined => {
      const row = tables.find(id);
      return row && booked(row);
    },
    cancel: (id: string): BookedJob | undefined => {
      const row = change(id, (each) => cancelled(each, now()));
      return row && booked(row);
    },
    list: (page: JobPage): readonly JobFacts[] => tables.page(page).map(factsOf),
  };
}

/** The verbs of whoever runs jobs. */
function runnerVerbs({ now }: BookOptions, { change }: Changes) {
  return {
    begin: (id: string): BegunJob | undefined => {
      const row = change(id, (each) => begun(each, problemOf, now()));
      if (row?.status !== "running" || row.bodyObject === null) return undefined;
      const { attempt, payer, request, requestId, task, bodyObject } = row;
      return { id, attempt, payer, request, requestId, task, bodyObject };
    },
    extend: (id: string, attempt: number): boolean => change(id, (row) => extended(row, attempt, now())) !== undefined,
    finish: (id: string, attempt: number, outcome: Outcome): boolean =>
      change(id, (row) => finished(row, { attempt, outcome }, { problemOf, nowMs: now() })) !== undefined,
    abandon: (id: string): void => {
      // Only one that waits for that message: another message may have begun it since.
      change(id, (row) => (isFree(row, now()) ? abandoned(row, problemOf, now()) : undefined));
    },
  };
}

/** The verbs of the book's alarm. */
function tendingVerbs({ tables, now }: BookOptions, { put, change }: Changes) {
  return {
    /** Decides about the jobs whose time has come, and stores what needs nothing else. The rest is told. */
    tend: (): readonly Due[] =>
      tables.transaction(() =>
        tables.due(now(), ROUND_JOBS).map((row) => {
          const decided = due(row, problemOf, now());
          if (decided.kind !== "delete") put(decided.row);
          return decided;
        }),
      ),
    /** The objects of a job are deleted. */
    cleared: (id: string, row: JobRow | undefined): void =>
      tables.transaction(() => (row === undefined ? tables.remove(id) : tables.put(row))),
    /** The objects of a job could not be deleted: it is looked at again later. */
    postponed: (id: string, untilMs: number): void => {
      change(id, (row) => ({ ...row, nextMs: untilMs }));
    },
    nextDueMs: (): number | undefined => tables.nextDueMs(),
  };
}

/** The verbs of a book, over its tables. */
export function createBook(options: BookOptions) {
  const changes = createChanges(options);
  return { ...callerVerbs(options, changes), ...runnerVerbs(options, changes), ...tendingVerbs(options, changes) };
}
