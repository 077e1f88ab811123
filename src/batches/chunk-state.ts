import type { Chunk } from "./file-index.ts";

/** How long an attempt may be silent, in milliseconds: then it counts as lost. It says three times in that time that it goes on. */
export const LEASE_MS = 60_000;

/** Attempts in a row that may be lost without a word: lines that end the isolate each time must not do so for a day. */
export const MAX_LOST = 10;

/** A message that nobody has acted on is sent again after so long, in milliseconds, then after twice as long, and so on. */
export const RESEND_MS = 15_000;

/** Longest time between two such messages: with a long queue, more of them only make it longer. */
export const MAX_RESEND_MS = 300_000;

/** What one attempt has written. Sizes are in bytes. */
export interface Segment {
  readonly attempt: number;
  readonly output: number;
  readonly errors: number;
}

/**
 * `ready` waits for its turn, `resting` for a time; `sent` has a message in the queue; `running` is worked on until `leaseMs`; `done` is over.
 */
export type ChunkState = "ready" | "resting" | "sent" | "running" | "done";

/** A chunk of a batch as it is stored. Times are in milliseconds since 1970. */
export interface ChunkRow {
  readonly batch: string;
  /** From 0, in the order of the file. */
  readonly number: number;
  /** When its batch was created: batches are worked on in that order. */
  readonly batchMs: number;
  readonly chunk: Chunk;
  readonly state: ChunkState;
  /** Whether it rests since this deployment could not answer: then others need not try, either. */
  readonly isPaused: boolean;
  readonly nextMs: number;
  readonly sentMs: number;
  readonly sends: number;
  /** Number of the last attempt; the first is 1. */
  readonly attempt: number;
  /** The attempt that may still end: also one whose lease is over, until another begins. Null: none. */
  readonly holder: number | null;
  readonly leaseMs: number;
  /** Whether the last attempt asks nothing, and only says why its lines have no answer. */
  readonly isEnding: boolean;
  /** Attempts in a row that were lost. */
  readonly lost: number;
  /** Attempts in a row that have ended without any result. */
  readonly retries: number;
  /** Attempts that ended in a problem with what callers named. */
  readonly faults: number;
  /** The numbers of the lines that have a result. */
  readonly doneLines: readonly number[];
  readonly segments: readonly Segment[];
  readonly completed: number;
  readonly failed: number;
}

/** How an attempt has ended. */
export interface Report {
  /** The lines that have a result now. */
  readonly lines: readonly number[];
  readonly output: number;
  readonly errors: number;
  readonly completed: number;
  readonly failed: number;
  /** When the other lines are to be tried again; left out if the attempt was stopped, or none is left. */
  readonly rest?: { readonly afterMs: number; readonly isPaused: boolean } | undefined;
}

/** A chunk that waits for its first turn. */
export function newChunk(batch: string, batchMs: number, number: number, chunk: Chunk): ChunkRow {
  return {
    batch,
    number,
    batchMs,
    chunk,
    state: "ready",
    isPaused: false,
    nextMs: 0,
    sentMs: 0,
    sends: 0,
    attempt: 0,
    holder: null,
    leaseMs: 0,
    isEnding: false,
    lost: 0,
    retries: 0,
    faults: 0,
    doneLines: [],
    segments: [],
    completed: 0,
    failed: 0,
  };
}

/** When a chunk is to be looked at next; Infinity if it waits for others. */
export function chunkDueMs({ state, nextMs, sentMs, sends, leaseMs }: ChunkRow): number {
  if (state === "resting") return nextMs;
  if (state === "running") return leaseMs;
  if (state === "sent") return sentMs + Math.min(MAX_RESEND_MS, RESEND_MS * 2 ** Math.min(10, Math.max(0, sends - 1)));
  return Infinity;
}

/** Whether a chunk has one of the places in the queue. */
export function isFlying({ state, isPaused }: Pick<ChunkRow, "state" | "isPaused">): boolean {
  return state === "sent" || state === "running" || (state === "resting" && isPaused);
}

/** A message is sent for it. */
export function sentChunk(row: ChunkRow, nowMs: number): ChunkRow {
  return { ...row, state: "sent", sentMs: nowMs, sends: row.state === "sent" ? row.sends + 1 : 1 };
}

/** Begins an attempt. Undefined: there is nothing to do. */
export function begunChunk(row: ChunkRow, nowMs: number, leaseMs: number): ChunkRow | undefined {
  const isLost = row.state === "running" && row.leaseMs <= nowMs;
  if (row.state !== "sent" && !isLost) return undefined;
  return {
    ...row,
    state: "running",
    attempt: row.attempt + 1,
    holder: row.attempt + 1,
    lost: isLost ? row.lost + 1 : row.lost,
    leaseMs: nowMs + leaseMs,
  };
}

/** Whether an attempt is the chunk's. */
export function isCurrent({ state, holder }: ChunkRow, attempt: number): boolean {
  return state !== "done" && holder === attempt;
}

/** The attempt goes on, also if its lease was over and nobody has begun another. */
export function extendedChunk(row: ChunkRow, nowMs: number, leaseMs: number): ChunkRow {
  return { ...row, state: "running", leaseMs: nowMs + leaseMs };
}

/** Ends an attempt that is the chunk's. */
export function finishedChunk(row: ChunkRow, report: Report, nowMs: number): ChunkRow {
  const { lines, output, errors, rest } = report;
  const doneLines = [...row.doneLines, ...lines];
  const after: ChunkRow = {
    ...row,
    doneLines,
    segments: output + errors > 0 ? [...row.segments, { attempt: row.attempt, output, errors }] : row.segments,
    completed: row.completed + report.completed,
    failed: row.failed + report.failed,
    holder: null,
    lost: 0,
    retries: lines.length > 0 ? 0 : row.retries + 1,
  };
  if (doneLines.length >= row.chunk.lines) return { ...after, state: "done" };
  if (rest === undefined) return { ...after, state: "ready" };
  const faults = row.faults + (rest.isPaused ? 0 : 1);
  return { ...after, state: "resting", isPaused: rest.isPaused, nextMs: nowMs + rest.afterMs, faults };
}

/** A chunk at `chunkDueMs` or later: it is ready again, or to be sent again. */
export function dueChunk(row: ChunkRow, nowMs: number): ChunkRow {
  if (row.state === "sent") return sentChunk(row, nowMs);
  if (row.state === "running") return { ...row, state: "ready", lost: row.lost + 1 };
  return { ...row, state: "ready", isPaused: false };
}

/** Gives a chunk up with the lines that it has. `isFailed` is whether the others count as failed. */
export function closedChunk(row: ChunkRow, isFailed: boolean): ChunkRow {
  const left = row.chunk.lines - row.doneLines.length;
  return { ...row, state: "done", failed: row.failed + (isFailed ? left : 0) };
}
