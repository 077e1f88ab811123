import { type BatchRow, hasEnded, toldBatch } from "./batch-state.ts";
import { type BatchOptions, batchVerbs, createBatchChanges } from "./batch-verbs.ts";
import { type ChunkMessage, sendVerbs, workVerbs } from "./chunk-verbs.ts";
import { fileVerbs, objectsOf } from "./file-verbs.ts";

/** Rows that are looked after in one round, so that their owner's requests do not wait for all of them. */
export const ROUND_ROWS = 100;

/** What is to be done about rows whose time has come. */
export interface Tended {
  readonly messages: readonly ChunkMessage[];
  /** Files whose objects are to be deleted. */
  readonly files: readonly { readonly id: string; readonly objects: readonly string[] }[];
  /** Batches whose objects are to be deleted. */
  readonly batches: readonly string[];
  /** Batches whose end is to be told. */
  readonly untold: readonly BatchRow[];
}

/** Options of `createBook`. `leaseMs` is how long an attempt may be silent. */
export interface CreateBookOptions extends BatchOptions {
  readonly leaseMs?: number | undefined;
}

/** The verbs of the alarm. */
function tendingVerbs(
  { tables, now }: BatchOptions,
  chunks: ReturnType<typeof sendVerbs>,
  batches: ReturnType<typeof batchVerbs>,
) {
  const tendBatches = (due: readonly BatchRow[]): Pick<Tended, "batches" | "untold"> => {
    for (const row of due.filter((each) => !hasEnded(each))) batches.expire(row);
    const over = due.filter(hasEnded);
    return {
      untold: over.filter(({ tellMs }) => tellMs !== null),
      batches: over.filter(({ tellMs }) => tellMs === null).map(({ id }) => id),
    };
  };
  return {
    /** Decides about all whose time has come, and stores what needs nothing else. */
    tend: (): Tended =>
      tables.transaction(() => {
        const again = tables.dueChunks(now(), ROUND_ROWS).flatMap(chunks.tendChunk);
        const ended = tendBatches(tables.dueBatches(now(), ROUND_ROWS));
        const files = tables
          .dueFiles(now(), ROUND_ROWS)
          .map((row) => ({ id: row.id, objects: objectsOf(row, tables) }));
        return { messages: [...again, ...chunks.pump()], files, ...ended };
      }),
    nextDueMs: (): number | undefined => tables.nextDueMs(),
  };
}

/** The verbs of what was done, or could not be, about rows whose time had come. */
function doneVerbs({ tables }: BatchOptions) {
  return {
    /** The objects of a file are deleted, or could not be and are to be later. */
    clearedFile: (id: string, againMs: number | undefined): void =>
      tables.transaction(() => {
        const row = tables.findFile(id);
        if (row === undefined) return;
        if (againMs === undefined) tables.removeFile(id);
        else tables.putFile({ ...row, heldMs: againMs });
      }),
    clearedBatch: (id: string, againMs: number | undefined): void =>
      tables.transaction(() => {
        const row = tables.findBatch(id);
        if (row === undefined) return;
        if (againMs !== undefined) return tables.putBatch({ ...row, nextMs: againMs });
        for (const file of [row.outputFile, row.errorFile]) if (file !== null) tables.removeFile(file);
        tables.removeBatch(id);
      }),
    /** The end of a batch was told, or could not be and is to be later. */
    told: (id: string, againMs: number | undefined): void =>
      tables.transaction(() => {
        const row = tables.findBatch(id);
        if (row !== undefined) tables.putBatch(toldBatch(row, againMs));
      }),
  };
}

/** The verbs of a book, over its tables. None waits. */
export function createBook(options: CreateBookOptions) {
  const changes = createBatchChanges(options);
  const chunks = sendVerbs(options, changes);
  const batches = batchVerbs(options, changes);
  /** Runs a verb after which chunks may be sent, and returns their messages. */
  const pumped = <Reply>(verb: () => Reply): { readonly reply: Reply; readonly messages: readonly ChunkMessage[] } =>
    options.tables.transaction(() => {
      const reply = verb();
      return { reply, messages: chunks.pump() };
    });
  return {
    ...fileVerbs(options),
    ...batches,
    ...chunks,
    ...workVerbs(options, changes),
    ...tendingVerbs(options, chunks, batches),
    ...doneVerbs(options),
    pumped,
  };
}
