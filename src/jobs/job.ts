import { ENDED_STATUSES, JOB_SECONDS, type JobStatus, KEPT_JOB_SECONDS } from "../contract/jobs.ts";
import type { JobPayer, StoredRequest } from "../contract/jobs-port.ts";
import type { ProblemDetails } from "../contract/problem-details.ts";
import { againAfterMs, isCallersFault } from "./retry.ts";

/** How long an attempt may be silent, in milliseconds: then it counts as lost, and the job is begun again. Three times `LEASE_EXTENSION_MS`. */
export const LEASE_MS = 60_000;

/** How often an attempt that runs says so, in milliseconds. */
export const LEASE_EXTENSION_MS = 20_000;

/** Attempts in a row that may be lost without a word: a job that ends the isolate each time must not do so for a day. */
export const MAX_LOST = 10;

/** A message that nobody has acted on is sent again after so long, in milliseconds, then after twice as long, and so on. */
export const RESEND_MS = 15_000;

/** Longest time between two such messages: with a long queue, more of them only make it longer. */
export const MAX_RESEND_MS = 300_000;

/** One job as it is stored. Times are in milliseconds since 1970. */
export interface JobRow {
  readonly id: string;
  readonly fingerprint: string;
  readonly requestId: string;
  readonly payer: JobPayer | null;
  readonly task: string;
  readonly request: StoredRequest;
  /** Where the body is; null once it is deleted. */
  readonly bodyObject: string | null;
  readonly webhook: string | null;
  readonly isFlat: boolean;
  readonly status: JobStatus;
  readonly createdMs: number;
  /** Of a queued job: when it may begin. Of one that has ended: when its objects are deleted, if that has failed before. */
  readonly nextMs: number;
  /** When its last message was sent, and how many were without an answer. */
  readonly sentMs: number;
  readonly sends: number;
  /** Number of the last attempt; the first is 1. Its holder has the lease. */
  readonly attempt: number;
  /** Attempts in a row that were lost. */
  readonly lost: number;
  /** Attempts that ended in a problem with what the caller named. */
  readonly faults: number;
  /** Until when the attempt runs, unless it says that it still does. */
  readonly leaseMs: number;
  readonly endedMs: number | null;
  readonly answer: StoredAnswer | null;
  /** What the job, or its last attempt, has failed with. */
  readonly problem: ProblemDetails | null;
}

/** Where an answer is. */
export interface StoredAnswer {
  readonly object: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a new job is made of. */
export type JobSeed = Pick<
  JobRow,
  "id" | "fingerprint" | "requestId" | "payer" | "task" | "request" | "webhook" | "isFlat"
> & { readonly bodyObject: string };

/** How an attempt has ended. `retryAfterSeconds` is what the problem's response said. */
export type Outcome =
  | { readonly answer: StoredAnswer }
  | { readonly problem: ProblemDetails; readonly retryAfterSeconds?: number | undefined };

/** A new job. Its first message is sent by whoever stores it. */
export function createdJob(seed: JobSeed, nowMs: number): JobRow {
  return {
    ...seed,
    status: "queued",
    createdMs: nowMs,
    nextMs: nowMs,
    sentMs: nowMs,
    sends: 1,
    attempt: 0,
    lost: 0,
    faults: 0,
    leaseMs: 0,
    endedMs: null,
    answer: null,
    problem: null,
  };
}

/** Whether nothing changes a job any more. */
export function hasEnded({ status }: Pick<JobRow, "status">): boolean {
  return ENDED_STATUSES.has(status);
}

function deadlineMs({ createdMs }: JobRow): number {
  return createdMs + JOB_SECONDS * 1000;
}

function resendMs({ nextMs, sentMs, sends }: JobRow): number {
  if (sentMs < nextMs) return nextMs;
  return sentMs + Math.min(MAX_RESEND_MS, RESEND_MS * 2 ** Math.max(0, sends - 1));
}

/** When a job is to be looked at next, whatever happens until then. */
export function dueMs(row: JobRow): number {
  if (row.status === "running") return row.leaseMs;
  if (row.status === "queued") return Math.min(deadlineMs(row), resendMs(row));
  if (row.bodyObject !== null) return row.nextMs;
  return Math.max(row.nextMs, (row.endedMs ?? 0) + KEPT_JOB_SECONDS * 1000);
}

type Ending = { readonly status: "succeeded" | "failed" | "cancelled" } & Partial<Pick<JobRow, "answer" | "problem">>;

function ended(row: JobRow, ending: Ending, nowMs: number): JobRow {
  return { ...row, answer: null, problem: null, ...ending, endedMs: nowMs, nextMs: nowMs };
}

/** How a problem that the book itself has is told: the rows of the table are not known here. */
export type ProblemOf = (code: "job-expired" | "job-abandoned", detail: string, row: JobRow) => ProblemDetails;

function expired(row: JobRow, problemOf: ProblemOf, nowMs: number): JobRow {
  const last = row.problem === null ? "Nothing has begun it." : `The last attempt: ${row.problem.detail}`;
  const problem = problemOf("job-expired", `The job was not answered within ${JOB_SECONDS / 3600} hours. ${last}`, row);
  return ended(row, { status: "failed", problem }, nowMs);
}

/** Ends a job that nobody could answer. */
export function abandoned(row: JobRow, problemOf: ProblemOf, nowMs: number): JobRow {
  const detail = `The job was begun ${row.attempt} times, and was not answered.`;
  return ended(row, { status: "failed", problem: problemOf("job-abandoned", detail, row) }, nowMs);
}

/** Whether an attempt may begin: a job waits for one, or the attempt that runs is lost. */
export function isFree({ status, nextMs, leaseMs }: JobRow, nowMs: number): boolean {
  return status === "queued" ? nextMs <= nowMs : status === "running" && leaseMs <= nowMs;
}

/** Begins an attempt: the job as it runs then, or as it has expired. Undefined: there is nothing to do. */
export function begun(row: JobRow, problemOf: ProblemOf, nowMs: number): JobRow | undefined {
  if (!isFree(row, nowMs)) return undefined;
  if (deadlineMs(row) <= nowMs) return expired(row, problemOf, nowMs);
  const lost = row.status === "running" ? row.lost + 1 : row.lost;
  if (lost >= MAX_LOST) return abandoned(row, problemOf, nowMs);
  return { ...row, status: "running", attempt: row.attempt + 1, lost, leaseMs: nowMs + LEASE_MS };
}

/** The attempt still runs. Undefined: it is not the job's any more, and is to end. */
export function extended(row: JobRow, attempt: number, nowMs: number): JobRow | undefined {
  return row.status === "running" && row.attempt === attempt ? { ...row, leaseMs: nowMs + LEASE_MS } : undefined;
}

/** Ends an attempt. Undefined: it is not the job's any more, and changes nothing. */
export function finished(
  row: JobRow,
  { attempt, outcome }: { readonly attempt: number; readonly outcome: Outcome },
  { problemOf, nowMs }: { readonly problemOf: ProblemOf; readonly nowMs: number },
): JobRow | undefined {
  if (row.status !== "running" || row.attempt !== attempt) return undefined;
  if ("answer" in outcome) return ended(row, { status: "succeeded", answer: outcome.answer }, nowMs);
  const { problem, retryAfterSeconds } = outcome;
  const { faults } = row;
  const afterMs = againAfterMs(problem.code, { attempt, faults, retryAfterSeconds });
  if (afterMs === undefined) return ended(row, { status: "failed", problem }, nowMs);
  const waiting: JobRow = {
    ...row,
    status: "queued",
    nextMs: nowMs + afterMs,
    sends: 0,
    lost: 0,
    problem,
    faults: faults + (isCallersFault(problem.code) ? 1 : 0),
  };
  return waiting.nextMs >= deadlineMs(row) ? expired(waiting, problemOf, nowMs) : waiting;
}

/** Cancels a job; one that has ended stays as it is. */
export function cancelled(row: JobRow, nowMs: number): JobRow {
  return hasEnded(row) ? row : ended(row, { status: "cancelled" }, nowMs);
}

/** What is to be done about a job whose time has come. */
export type Due =
  | { readonly kind: "send" | "ended"; readonly row: JobRow }
  /** Its objects are to be deleted, and then `row` is stored, or the job is forgotten. */
  | {
      readonly kind: "delete";
      readonly id: string;
      readonly objects: readonly string[];
      readonly row: JobRow | undefined;
    };

/** Decides what is to be done about a job at `dueMs` or later. */
export function due(row: JobRow, problemOf: ProblemOf, nowMs: number): Due {
  if (hasEnded(row)) return cleared(row, nowMs);
  if (deadlineMs(row) <= nowMs) return { kind: "ended", row: expired(row, problemOf, nowMs) };
  if (row.status === "queued") return { kind: "send", row: { ...row, sentMs: nowMs, sends: row.sends + 1 } };
  const lost = row.lost + 1;
  if (lost >= MAX_LOST) return { kind: "ended", row: abandoned(row, problemOf, nowMs) };
  return { kind: "send", row: { ...row, status: "queued", lost, nextMs: nowMs, sentMs: nowMs, sends: 1 } };
}

/** The name of an attempt's answer in the storage: each attempt has its own, so that a late one changes no answer. */
export function answerObject(id: string, attempt: number): string {
  return `jobs/${id}/answer-${attempt}`;
}

function cleared(row: JobRow, nowMs: number): Due {
  const { id, bodyObject, endedMs } = row;
  const isOver = (endedMs ?? 0) + KEPT_JOB_SECONDS * 1000 <= nowMs;
  const bodies = bodyObject === null ? [] : [bodyObject];
  if (!isOver) return { kind: "delete", id, objects: bodies, row: { ...row, bodyObject: null } };
  // Also answers that were written and came too late.
  const answers = Array.from({ length: row.attempt }, (_, index) => answerObject(id, index + 1));
  return { kind: "delete", id, objects: [...bodies, ...answers], row: undefined };
}
