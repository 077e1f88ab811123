import type { BatchBook } from "./book-port.ts";
import { createBook, type CreateBookOptions, type Tended } from "./book.ts";
import type { ChunkMessage } from "./chunk-verbs.ts";

/** When a book that could not do what was due tries again, in milliseconds. The runtime gives an alarm up after six failures. */
const ALARM_RETRY_MS = 10_000;

/** What wakes whoever works on chunks: the name of the book, the batch, and the number of the chunk. The row in the book is the truth. */
export interface BatchMessage extends ChunkMessage {
  readonly book: string;
}

/** What a book needs of where it lives. */
export interface LiveBookOptions extends CreateBookOptions {
  /** Puts messages into the queue. Rejects if it takes none. */
  readonly send: (messages: readonly ChunkMessage[]) => Promise<void>;
  readonly deleteObjects: (names: readonly string[]) => Promise<void>;
  /** Deletes all objects whose names begin so. */
  readonly deleteAll: (prefix: string) => Promise<void>;
  /** Has `alarm` called at a time, or before. */
  readonly wakeBy: (timeMs: number) => Promise<void>;
  /** Has `alarm` called at a time, and not before; never for Infinity. */
  readonly wakeAt: (timeMs: number) => Promise<void>;
}

/** A book where it lives, with what its object calls besides. */
export interface LiveBook extends BatchBook {
  /** Sends what a process that has ended may not have sent, and sets the alarm as the rows say. */
  start(): Promise<void>;
  /** Does what is due. Never rejects, and never ends without another alarm while there is something to wait for. */
  alarm(): Promise<void>;
}

/** Creates what deletes what is over. */
function createClear(book: ReturnType<typeof createBook>, options: LiveBookOptions) {
  const { deleteObjects, deleteAll, now } = options;
  const outcomeOf = (work: Promise<void>): Promise<number | undefined> =>
    work.then(
      () => undefined,
      () => now() + ALARM_RETRY_MS,
    );
  return async ({ files, batches }: Tended): Promise<void> => {
    for (const { id, objects } of files) book.clearedFile(id, await outcomeOf(deleteObjects(objects)));
    for (const id of batches) book.clearedBatch(id, await outcomeOf(deleteAll(id)));
  };
}

/** Runs a verb after which chunks may be sent. */
type Followed = <Reply>(verb: () => Reply) => Promise<Reply>;

function verbsOf(book: ReturnType<typeof createBook>, followed: Followed): BatchBook {
  return {
    mayAddFile: async () => book.mayAddFile(),
    addFile: (seed) => followed(() => book.addFile(seed)),
    file: async (id) => book.file(id),
    content: async (id) => book.content(id),
    deleteFile: (id) => followed(() => book.deleteFile(id)),
    files: async (page) => book.files(page),
    create: (seed) => followed(() => book.create(seed)),
    batch: async (id) => book.batch(id),
    cancel: (id) => followed(() => book.cancel(id)),
    batches: async (page) => book.batches(page),
    begin: (batch, chunk) => followed(() => book.begin(batch, chunk)),
    extend: (batch, chunk, attempt) => followed(() => book.extend(batch, chunk, attempt)),
    finish: (batch, chunk, attempt, report) => followed(() => book.finish(batch, chunk, attempt, report)),
  };
}

/** Creates a book that sends messages, and deletes what is over. */
export function createLiveBook(options: LiveBookOptions): LiveBook {
  const { wakeBy, wakeAt, send, now } = options;
  const book = createBook(options);
  const clear = createClear(book, options);
  const wake = (): Promise<void> => wakeBy(book.nextDueMs() ?? Infinity);
  // What the queue does not take is sent again later: the rows say when.
  const sent = async (messages: readonly ChunkMessage[]): Promise<void> => {
    if (messages.length > 0) await send(messages).catch(() => undefined);
  };
  const followed: Followed = async (verb) => {
    const { reply, messages } = book.pumped(verb);
    await wake();
    await sent(messages);
    return reply;
  };
  const tend = async (): Promise<void> => {
    const tended = book.tend();
    await sent(tended.messages);
    await clear(tended);
  };
  return {
    start: () => followed(() => book.sentAgain()).then(sent),
    ...verbsOf(book, followed),
    alarm: async () => {
      // Before anything is sent: the process may end meanwhile.
      await wakeBy(now() + ALARM_RETRY_MS).catch(() => undefined);
      const failedMs = await tend().then(
        () => Infinity,
        () => now() + ALARM_RETRY_MS,
      );
      // What is due next is read when the alarm is set: rows may have changed meanwhile.
      await wakeAt(Math.min(failedMs, book.nextDueMs() ?? Infinity)).catch(() => undefined);
    },
  };
}
