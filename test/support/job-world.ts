import type { JobsMount } from "../../src/contract/jobs-port.ts";
import { Problem } from "../../src/contract/problems.ts";
import { createOwnCalls, type OwnCall } from "../../src/http/own-calls.ts";
import { createJobs } from "../../src/jobs/create-jobs.ts";
import { inTurns } from "../../src/jobs/in-turns.ts";
import type { JobRow } from "../../src/jobs/job.ts";
import { createLiveBook, type JobMessage, type LiveBook } from "../../src/jobs/live-book.ts";
import { runJob } from "../../src/jobs/run-job.ts";
import type { JobStorage } from "../../src/jobs/storage.ts";
import { secureRandom } from "./any-key.ts";
import { memoryJobTables } from "./memory-jobs.ts";
import { virtualTime } from "./virtual-time.ts";

/** Handles a request in the process. */
type Handle = (request: Request) => Promise<Response>;

/** The process that holds the books: what it has in memory is gone when it is killed. */
function createBooks(world: { readonly time: ReturnType<typeof virtualTime>; readonly queue: JobMessage[] }) {
  const { time, queue } = world;
  const faults = { send: () => Promise.resolve(), delete: () => Promise.resolve() };
  const tables = new Map<string, ReturnType<typeof memoryJobTables>>();
  const ended: JobRow[] = [];
  let living = new Map<string, LiveBook>();
  let generation = 0;
  const open = (name: string, files: Map<string, Uint8Array<ArrayBuffer>>): LiveBook => {
    const rows = tables.get(name) ?? memoryJobTables();
    tables.set(name, rows);
    const born = generation;
    let alarm: { readonly atMs: number; readonly stop: () => void } | undefined;
    const wakeAt = async (timeMs: number): Promise<void> => {
      alarm?.stop();
      alarm = undefined;
      if (timeMs === Infinity) return;
      const ring = (): void => {
        alarm = undefined;
        // That of a process that was killed rings in the next one, where `start` sets it.
        if (born === generation) void book.alarm();
      };
      alarm = { atMs: timeMs, stop: time.after(Math.max(0, timeMs - time.now()), ring) };
    };
    const book = createLiveBook({
      tables: rows,
      now: time.now,
      after: time.after,
      onEnd: (row) => void ended.push(row),
      send: async (messages) => {
        await faults.send();
        queue.push(...messages);
      },
      deleteObjects: async (names) => {
        await faults.delete();
        for (const each of names) files.delete(each);
      },
      wakeAt,
      wakeBy: async (timeMs) => {
        if (timeMs < (alarm?.atMs ?? Infinity)) await wakeAt(timeMs);
      },
    });
    void book.start();
    return book;
  };
  return {
    faults,
    ended,
    rows: () => [...tables.values()].flatMap((each) => each.rows()),
    /** The rows of a book, to fill it. */
    tablesOf: (name: string) => {
      const rows = tables.get(name) ?? memoryJobTables();
      tables.set(name, rows);
      return rows;
    },
    at: (name: string, files: Map<string, Uint8Array<ArrayBuffer>>): LiveBook => {
      const book = living.get(name) ?? open(name, files);
      living.set(name, book);
      return book;
    },
    /** Ends the process and starts another. */
    kill: (files: Map<string, Uint8Array<ArrayBuffer>>): void => {
      generation += 1;
      living = new Map();
      queue.length = 0;
      for (const name of tables.keys()) living.set(name, open(name, files));
    },
  };
}

/** A storage in memory; `fault` is what happens before each call. */
function createStorage() {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const world = { fault: (_verb: "put" | "get" | "delete"): Promise<void> => Promise.resolve() };
  const storage: JobStorage = {
    put: async (name, bytes) => {
      await world.fault("put");
      files.set(name, new Uint8Array(bytes));
    },
    get: async (name) => {
      await world.fault("get");
      return files.get(name);
    },
    delete: async (names) => {
      await world.fault("delete");
      for (const name of names) files.delete(name);
    },
  };
  return { files, storage, world };
}

/** Fails as a storage does that is away. */
export function storageAway(): Promise<never> {
  return Promise.reject(new Problem("storage-unavailable", "The storage of jobs did not reply."));
}

function nobodyAnswers(): Promise<never> {
  return Promise.reject(new Error("No application answers."));
}

/** Jobs in memory, in virtual time: books, a queue, a storage and a consumer. `handle` is the application that answers. */
export function createJobWorld(startMs = Date.UTC(2026, 11, 1)) {
  const time = virtualTime(startMs);
  const queue: JobMessage[] = [];
  const books = createBooks({ time, queue });
  const { files, storage, world } = createStorage();
  const ownCalls = createOwnCalls();
  const failures: unknown[] = [];
  const asked: string[] = [];
  const bookAt = (name: string): LiveBook => books.at(name, files);
  const jobs = createJobs({ bookAt, storage, random: secureRandom });
  const mount: JobsMount = { load: async () => jobs };
  let handle: Handle = nobodyAnswers;
  const run = ({ book, id }: JobMessage, how: Omit<OwnCall, "payer">): Promise<void> =>
    runJob(id, {
      book: bookAt(book),
      storage,
      ask: (request, payer) => {
        asked.push(id);
        return handle(ownCalls.mark(request, { ...how, payer }));
      },
      every: time.every,
      logFailure: (thrown) => void failures.push(thrown),
    });
  /** Runs what is in the queue. */
  const deliver = async (concurrency = 1): Promise<void> => {
    const messages = queue.splice(0);
    await inTurns(messages, concurrency, (message) => run(message, { priceClass: "now", isCounted: true }));
  };
  /** Lets time pass, in which the consumer takes every message as it comes. */
  const live = async (milliseconds: number, stepMs = 5000): Promise<void> => {
    const endMs = time.now() + milliseconds;
    while (time.now() < endMs) {
      while (queue.length > 0) await deliver();
      await time.moveTo(Math.min(endMs, time.now() + stepMs));
    }
    while (queue.length > 0) await deliver();
  };
  return {
    time,
    queue,
    books,
    bookAt,
    files,
    storage: world,
    ownCalls,
    mount,
    jobs,
    failures,
    asked,
    deliver,
    live,
    kill: () => books.kill(files),
    answerWith: (next: Handle): void => {
      handle = next;
    },
  };
}
