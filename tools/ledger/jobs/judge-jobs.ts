import { type Finding, finding } from "../finding.ts";
import type { Books } from "../observation.ts";
import type { AcceptedJob, JobQuestion } from "./clients.ts";

/** What was seen of a job after the campaign. */
export interface SeenJob {
  readonly job: AcceptedJob;
  /** Undefined if it has not ended in time. */
  readonly end: { readonly status: string; readonly text: string } | undefined;
  /** The same, asked again. */
  readonly again: SeenJob["end"];
  /** The same question, asked directly afterwards; undefined for one that wanted a new generation. */
  readonly direct: { readonly charge: string | null; readonly text: string } | undefined;
}

/** What a campaign was to do, and has done. */
export interface JobsDone {
  readonly questions: readonly JobQuestion[];
  readonly kills: number;
  readonly killed: number;
  /** What each account was given. */
  readonly credit: number;
}

function describe({ job: { question, id, sends }, end }: SeenJob): string {
  return `job ${id} (question ${question.number}, sent ${sends} times): ${end?.status ?? "has not ended"}`;
}

/** What the entries of an account contradict: one charge for each job, and no other. */
function judgeBooks(books: Books, account: number, { questions, credit }: JobsDone): readonly string[] {
  const wanted = questions.filter((question) => question.account === account).length;
  const charges = books.after.filter(({ kind }) => kind === "charge");
  const others = books.after.filter(({ kind }) => kind !== "charge" && kind !== "grant");
  const sum = charges.reduce((total, { amount }) => total + amount, 0);
  const rules: readonly (readonly [string, boolean])[] = [
    [`${charges.length} charges for ${wanted} jobs`, charges.length === wanted],
    ["an id was charged twice", new Set(charges.map(({ id }) => id)).size === charges.length],
    [`${others.length} other entries`, others.length === 0],
    [`the balance is ${books.balance}`, books.balance === credit + sum],
    [`${books.held} are held`, books.held === 0],
    [`the audit finds ${JSON.stringify(books.audit.violations)}`, books.audit.violations.length === 0],
  ];
  return rules.filter(([, holds]) => !holds).map(([what]) => `account ${account}: ${what}`);
}

/** Judges a campaign of jobs: what must not be, with what was found of it. */
export function judgeJobs(seen: readonly SeenJob[], books: readonly Books[], done: JobsDone): readonly Finding[] {
  const all = (is: (each: SeenJob) => boolean): readonly string[] => seen.filter(is).map(describe);
  const ids = new Set(seen.map(({ job: { id } }) => id));
  return [
    finding(
      "jobs that were accepted and lost",
      all(({ end }) => end === undefined || end.status === "unknown"),
    ),
    finding(
      "jobs that have failed",
      all(({ end }) => end?.status === "failed" || end?.status === "cancelled"),
    ),
    finding(
      "jobs that changed after their end",
      all(({ end, again }) => end?.text !== again?.text),
    ),
    finding(
      "answers unlike those of a direct request",
      all(({ end, direct }) => direct !== undefined && end?.text.includes(`"result":${direct.text},`) !== true),
    ),
    finding(
      "direct requests that cost something after the job",
      all(({ direct }) => direct !== undefined && direct.charge?.startsWith("0;") !== true),
    ),
    finding("questions with two jobs", ids.size === seen.length ? [] : [`${seen.length - ids.size} are missing`]),
    finding(
      "books of jobs that contradict them",
      books.flatMap((each, account) => judgeBooks(each, account, done)),
    ),
    finding(
      "too little of what was to be shown of jobs",
      seen.length < done.questions.length || done.killed < done.kills
        ? [`${seen.length} jobs, ${done.killed} kills`]
        : [],
    ),
  ];
}
