import { hasEnded, type BatchRow } from "./batch-state.ts";
import { type BatchChanges, type BatchOptions, READ_AFTER_MS } from "./batch-verbs.ts";
import type { BegunChunk } from "./book-port.ts";
import {
  begunChunk,
  type ChunkRow,
  closedChunk,
  dueChunk,
  extendedChunk,
  finishedChunk,
  isCurrent,
  LEASE_MS,
  MAX_LOST,
  type Report,
  sentChunk,
} from "./chunk-state.ts";
import { fileObject } from "./ids.ts";

/** Chunks of one owner that are in the queue or worked on at once, over all his batches: more would only wait at the model. */
export const MAX_FLYING = 4;

/** A chunk that is to be worked on, as a message tells it. */
export interface ChunkMessage {
  readonly batch: string;
  readonly chunk: number;
}

function endingOf({ isExpired }: BatchRow, { lost }: ChunkRow): BegunChunk["ending"] {
  if (isExpired) return "batch-expired";
  return lost >= MAX_LOST ? "job-abandoned" : undefined;
}

function begunOf(batch: BatchRow, row: ChunkRow, leaseMs: number): BegunChunk {
  const { attempt, chunk, doneLines, retries, faults } = row;
  const { endpoint, path, origin, payer, inputFile } = batch;
  const what = { endpoint, path, origin, payer, inputObject: fileObject(inputFile), ending: endingOf(batch, row) };
  return { attempt, leaseMs, chunk, doneLines, retries, faults, ...what };
}

/** What a chunk becomes that is not worked on any more: of a batch that is cancelled, the rest is left out; one that is lost again and again has failed, and so has one whose file may not be read any more. */
function settled({ status, isExpired, expiresMs }: BatchRow, row: ChunkRow, nowMs: number): ChunkRow {
  if (row.state === "done") return row;
  if (status === "cancelling") return closedChunk(row, false);
  const isOver = isExpired && nowMs >= expiresMs + READ_AFTER_MS;
  return isOver || row.lost >= 2 * MAX_LOST ? closedChunk(row, true) : row;
}

/** The verbs of whoever works on chunks. Each is a part of a transaction. `leaseMs` is how long an attempt may be silent. */
export function workVerbs(
  { tables, now, leaseMs = LEASE_MS }: BatchOptions & { readonly leaseMs?: number | undefined },
  { put, putChunk }: BatchChanges,
) {
  const found = (id: string, number: number) => {
    const batch = tables.findBatch(id);
    const row = tables.findChunk(id, number);
    return batch !== undefined && !hasEnded(batch) && row !== undefined ? { batch, row } : undefined;
  };
  return {
    begin: (id: string, number: number): BegunChunk | undefined => {
      const { batch, row } = found(id, number) ?? {};
      const begun = row && begunChunk(row, now(), leaseMs);
      if (batch === undefined || begun === undefined) return undefined;
      tables.putChunk({ ...begun, isEnding: endingOf(batch, begun) !== undefined });
      return begunOf(batch, begun, leaseMs);
    },
    extend: (id: string, number: number, attempt: number): boolean => {
      const { batch, row } = found(id, number) ?? {};
      if (batch === undefined || row === undefined || !isCurrent(row, attempt)) return false;
      tables.putChunk(extendedChunk(row, now(), leaseMs));
      return batch.status === "in_progress" || row.isEnding;
    },
    finish: (id: string, number: number, attempt: number, report: Report): boolean => {
      const { batch, row } = found(id, number) ?? {};
      if (batch === undefined || row === undefined || !isCurrent(row, attempt)) return false;
      put(putChunk(batch, row, settled(batch, finishedChunk(row, report, now()), now())));
      return true;
    },
  };
}

/** The verbs that send chunks. Each is a part of a transaction, and returns the messages to be sent. */
export function sendVerbs({ tables, now }: BatchOptions, { put, putChunk }: BatchChanges) {
  return {
    /** Gives chunks that are ready the places that are free, and returns their messages. */
    pump: (): readonly ChunkMessage[] => {
      const free = MAX_FLYING - tables.countFlying();
      if (free <= 0) return [];
      return tables.readyChunks(free).map((row) => {
        tables.putChunk(sentChunk(row, now()));
        return { batch: row.batch, chunk: row.number };
      });
    },
    /** A chunk's time has come. Returns its message, if it is to be sent again. */
    tendChunk: (row: ChunkRow): readonly ChunkMessage[] => {
      const batch = tables.findBatch(row.batch);
      if (batch === undefined) return [];
      const next = settled(batch, dueChunk(row, now()), now());
      put(putChunk(batch, row, next));
      return next.state === "sent" ? [{ batch: row.batch, chunk: row.number }] : [];
    },
    /** The messages of chunks that wait for one: the queue may have lost them with the process. */
    sentAgain: (): readonly ChunkMessage[] =>
      tables.sentChunks().map((row) => {
        tables.putChunk(sentChunk(row, now()));
        return { batch: row.batch, chunk: row.number };
      }),
  };
}
