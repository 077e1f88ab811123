import type { BegunJob, Book, BookedJob, Created } from "./book-port.ts";
import { type BookOptions, createBook } from "./book.ts";
import { bookOf } from "./ids.ts";
import { type Due, hasEnded, type JobRow, type JobSeed } from "./job.ts";
import { createWaiters } from "./waiters.ts";

/** When a book that could not do what was due tries again, in milliseconds. The runtime gives an alarm up after six failures. */
const ALARM_RETRY_MS = 10_000;

/** What wakes the consumer of jobs: the job's book and its id. The row in the book is the truth. */
export interface JobMessage {
  readonly book: string;
  readonly id: string;
}

/** What a book needs of where it lives. */
export interface LiveBookOptions extends BookOptions {
  /** Calls something once, after a time; what it returns prevents that. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
  /** Puts messages into the queue. Rejects if it takes none. */
  readonly send: (messages: readonly JobMessage[]) => Promise<void>;
  readonly deleteObjects: (names: readonly string[]) => Promise<void>;
  /** Has `alarm` called at a time, or before. */
  readonly wakeBy: (timeMs: number) => Promise<void>;
  /** Has `alarm` called at a time, and not before; never for Infinity. */
  readonly wakeAt: (timeMs: number) => Promise<void>;
  /** What else the owner's object has to do at its alarm. */
  readonly also?: AlsoAtAlarm | undefined;
}

/** Other work of an owner's object. */
export interface AlsoAtAlarm {
  /** When it is due; undefined if there is none. */
  nextMs(): number | undefined;
  /** Begins what is due before it returns, and resolves when that is done. Never rejects. */
  round(): Promise<void>;
}

/** A book where it lives, with what its object calls besides. */
export interface LiveBook extends Book {
  /** Sets the alarm as the rows say, those of the other work as well: it may have been lost with the process. */
  start(): Promise<void>;
  /** Does what is due. Never rejects, and never ends without another alarm while there is something to wait for. */
  alarm(): Promise<void>;
}

function messageOf({ id, payer }: Pick<JobRow, "id" | "payer">): JobMessage {
  return { book: bookOf(id, payer?.account), id };
}

/** Creates the verb that accepts a job: it is stored first, and its message is sent before anybody is told. */
function createAccept(book: ReturnType<typeof createBook>, { send }: LiveBookOptions, wake: () => Promise<void>) {
  /** Whether the queue has taken a new job's message: whoever asks for the same job waits for that, too. */
  const sending = new Map<string, Promise<boolean>>();
  const announce = async (seed: JobSeed): Promise<boolean> => {
    await wake();
    return send([messageOf(seed)]).then(
      () => true,
      () => false,
    );
  };
  return async (seed: JobSeed): Promise<Created> => {
    const reply = book.create(seed);
    if (reply.type === "refused") return reply;
    if (reply.type === "created") sending.set(seed.id, announce(seed));
    const sent = sending.get(seed.id);
    try {
      // The alarm of the first may not have been set: then nothing else would send the message.
      if (sent === undefined) await wake();
      const isSent = (await sent) ?? true;
      if (!isSent && reply.type === "created") book.forget(seed.id);
      return isSent ? reply : { type: "refused", code: "queue-unavailable" };
    } finally {
      if (reply.type === "created") sending.delete(seed.id);
    }
  };
}

/** Creates what does what is due. */
function createTend(book: ReturnType<typeof createBook>, { send, deleteObjects, now }: LiveBookOptions) {
  const clear = async ({ id, objects, row }: Extract<Due, { kind: "delete" }>): Promise<void> => {
    try {
      await deleteObjects(objects);
      book.cleared(id, row);
    } catch {
      book.postponed(id, now() + ALARM_RETRY_MS);
    }
  };
  return async (): Promise<void> => {
    const decided = book.tend();
    const messages = decided.flatMap((each) => (each.kind === "send" ? [messageOf(each.row)] : []));
    // What the queue does not take is sent again later: the rows say when.
    if (messages.length > 0) await send(messages).catch(() => undefined);
    for (const each of decided) if (each.kind === "delete") await clear(each);
  };
}

/** Creates a book that sends messages, wakes who waits, and deletes what is over. */
export function createLiveBook(options: LiveBookOptions): LiveBook {
  const { after, wakeBy, wakeAt, also, onEnd, now } = options;
  const waiters = createWaiters(after);
  const book = createBook({
    ...options,
    onEnd: (row) => {
      onEnd(row);
      waiters.wake(row.id);
    },
  });
  const nextMs = (): number => Math.min(book.nextDueMs() ?? Infinity, also?.nextMs() ?? Infinity);
  const wake = (): Promise<void> => wakeBy(nextMs());
  const followed = async <Reply>(reply: Reply): Promise<Reply> => {
    await wake();
    return reply;
  };
  const tend = createTend(book, options);
  return {
    start: wake,
    create: createAccept(book, options, wake),
    begin: (id): Promise<BegunJob | undefined> => followed(book.begin(id)),
    extend: async (id, attempt) => book.extend(id, attempt),
    finish: (id, attempt, outcome) => followed(book.finish(id, attempt, outcome)),
    abandon: (id) => followed(book.abandon(id)),
    get: async (id, waitMs): Promise<BookedJob | undefined> => {
      const found = book.find(id);
      if (found !== undefined && !hasEnded(found.job) && waitMs > 0) await waiters.wait(id, waitMs);
      return book.find(id);
    },
    cancel: (id) => followed(book.cancel(id)),
    list: async (page) => book.list(page),
    alarm: async () => {
      // Before anything is sent: the process may end meanwhile.
      await wakeBy(now() + ALARM_RETRY_MS).catch(() => undefined);
      const isDone = await tend().then(
        () => true,
        () => false,
      );
      // Not waited for: no alarm rings while one is being answered, and the other work may take its time.
      void also
        ?.round()
        .then(wake)
        .catch(() => undefined);
      await wakeAt(isDone ? nextMs() : now() + ALARM_RETRY_MS).catch(() => undefined);
    },
  };
}
