import type { BatchObject, FileObject } from "../../src/contract/batches.ts";
import type { BatchesMount } from "../../src/contract/batches-port.ts";
import { createBatches } from "../../src/batches/create-batches.ts";
import { batchPrefix, fileId } from "../../src/batches/ids.ts";
import { type BatchMessage, createLiveBook, type LiveBook } from "../../src/batches/live-book.ts";
import { runChunk } from "../../src/batches/run-chunk.ts";
import { createOwnCalls } from "../../src/http/own-calls.ts";
import { secureRandom } from "./any-key.ts";
import { memoryBatchStorage, memoryBatchTables } from "./memory-batches.ts";
import { virtualTime } from "./virtual-time.ts";

type Handle = (request: Request) => Promise<Response>;

/** What a process does for a chunk, and before which it may be killed. */
export type Moment = "ask" | "answered" | "put" | "finish" | "finished";

const nobody: Handle = () => Promise.reject(new Error("No application answers."));

/** Ends a process: what was in progress never goes on. */
const never = <Value>(): Promise<Value> => new Promise(() => {});

/** Files and batches in memory, in virtual time: books, a queue, a storage and a consumer. `answerWith` is the application that answers. */
export function createBatchWorld(startMs = Date.UTC(2026, 11, 1)) {
  const time = virtualTime(startMs);
  const { objects, storage, world, partSizes } = memoryBatchStorage();
  const queue: BatchMessage[] = [];
  const tables = new Map<string, ReturnType<typeof memoryBatchTables>>();
  const ownCalls = createOwnCalls();
  const failures: unknown[] = [];
  /** Called at each moment: it may kill the process. */
  const moments = { at: (_moment: Moment): void => {} };
  const ended: string[] = [];
  let living = new Map<string, LiveBook>();
  let generation = 0;
  let handle = nobody;
  const tablesOf = (name: string) => {
    const rows = tables.get(name) ?? memoryBatchTables();
    tables.set(name, rows);
    return rows;
  };
  const open = (name: string): LiveBook => {
    const born = generation;
    let alarm: { readonly atMs: number; readonly stop: () => void } | undefined;
    const wakeAt = async (timeMs: number): Promise<void> => {
      alarm?.stop();
      alarm = undefined;
      if (timeMs === Infinity) return;
      const ring = (): void => {
        alarm = undefined;
        if (born === generation) void book.alarm();
      };
      alarm = { atMs: timeMs, stop: time.after(Math.max(0, timeMs - time.now()), ring) };
    };
    const book = createLiveBook({
      tables: tablesOf(name),
      now: time.now,
      newFileId: (near) => fileId(secureRandom, near),
      onEnd: ({ id }) => void ended.push(id),
      send: async (messages) => void queue.push(...messages.map((message) => ({ ...message, book: name }))),
      deleteObjects: (names) => storage.delete(names),
      deleteAll: async (id) => {
        await storage.delete([...objects.keys()].filter((each) => each.startsWith(batchPrefix(id))));
      },
      wakeAt,
      wakeBy: async (timeMs) => {
        if (timeMs < (alarm?.atMs ?? Infinity)) await wakeAt(timeMs);
      },
    });
    void book.start();
    return book;
  };
  const bookAt = (name: string): LiveBook => {
    const book = living.get(name) ?? open(name);
    living.set(name, book);
    return book;
  };
  const batches = createBatches({ bookAt, storage, random: secureRandom });
  const mount: BatchesMount = { load: async () => batches };
  const run = ({ book, ...message }: BatchMessage, concurrency: number): Promise<void> => {
    const born = generation;
    // What a process that was killed asks or stores does not happen.
    const alive = async <Value>(
      before: Moment | undefined,
      work: () => Promise<Value>,
      after?: Moment,
    ): Promise<Value> => {
      if (before !== undefined) moments.at(before);
      if (born !== generation) return never();
      const value = await work();
      if (after !== undefined) moments.at(after);
      return born === generation ? value : never();
    };
    const ours: LiveBook = bookAt(book);
    return runChunk(message, {
      book: {
        ...ours,
        extend: (...lease) => alive(undefined, () => ours.extend(...lease)),
        finish: (...report) => alive("finish", () => ours.finish(...report), "finished"),
      },
      storage: { ...storage, put: (name, bytes) => alive("put", () => storage.put(name, bytes)) },
      concurrency,
      every: time.every,
      logFailure: (thrown) => void failures.push(thrown),
      ask: (request, payer) =>
        alive(
          "ask",
          () => handle(ownCalls.mark(request, { payer, priceClass: "batch", isCounted: false })),
          "answered",
        ),
    });
  };
  const running = new Set<Promise<void>>();
  /** Begins to run what is in the queue, and does not wait for it. */
  const take = (concurrency = 1): void => {
    for (const message of queue.splice(0)) {
      const work = run(message, concurrency).finally(() => running.delete(work));
      running.add(work);
    }
  };
  /** Runs what is in the queue, and what comes into it meanwhile. */
  const deliver = async (concurrency = 1): Promise<void> => {
    while (queue.length > 0) {
      take(concurrency);
      await Promise.all(running);
    }
  };
  /** Lets time pass, in which every message is taken as it comes. */
  const live = async (milliseconds: number, stepMs = 5000): Promise<void> => {
    const endMs = time.now() + milliseconds;
    while (time.now() < endMs) {
      take();
      await time.moveTo(Math.min(endMs, time.now() + stepMs));
    }
    take();
    await time.moveTo(endMs);
  };
  const kill = (): void => {
    generation += 1;
    living = new Map();
    queue.length = 0;
    running.clear();
    for (const name of tables.keys()) bookAt(name);
  };
  return {
    time,
    queue,
    tablesOf,
    tables,
    bookAt,
    objects,
    storage: world,
    partSizes,
    ownCalls,
    mount,
    batches,
    failures,
    moments,
    ended,
    take,
    deliver,
    live,
    kill,
    answerWith: (next: Handle): void => {
      handle = next;
    },
  };
}

/** A line of a file that asks for something. */
export function batchLine(customId: string, body: object = { image: "aGVsbG8=" }, url = "/v1/caption"): string {
  return JSON.stringify({ custom_id: customId, method: "POST", url, body });
}

/** Reads a file as its callers see it. */
export async function fileIn(response: Response): Promise<FileObject> {
  const file: FileObject = await response.json();
  return file;
}

/** Reads a batch as its callers see it. */
export async function batchIn(response: Response): Promise<BatchObject> {
  const batch: BatchObject = await response.json();
  return batch;
}

/** Orders texts; those that are null come first. */
export function byName(one: unknown, other: unknown): number {
  return String(one) < String(other) ? -1 : 1;
}
