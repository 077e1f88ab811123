import type { RandomBytes } from "../accounts/base62.ts";
import { MAX_FILES, MAX_OPEN_BATCHES } from "../contract/batches.ts";
import type { Batches, BatchOwner, FileFacts, Paged } from "../contract/batches-port.ts";
import { Problem } from "../contract/problems.ts";
import type { BatchBook, BatchReply, FileSeed } from "./book-port.ts";
import { batchId, bookOf, fileId, isId } from "./ids.ts";
import { receiveFile } from "./receive-file.ts";
import type { BatchStorage } from "./storage.ts";

/** Where the files and batches of a deployment are. */
export interface BatchesOptions {
  /** The book of a name. It is called through, and throws what the platform throws. */
  readonly bookAt: (name: string) => BatchBook;
  readonly storage: BatchStorage;
  readonly random: RandomBytes;
}

type RefusalCode = Extract<BatchReply, { readonly type: "refused" }>["code"];

const refusals: Readonly<Record<RefusalCode, string>> = {
  "unknown-file": "There is no file with this id that was sent for batches, or it belongs to another account.",
  "too-many-batches": `${MAX_OPEN_BATCHES} batches have not ended; there may be ${MAX_OPEN_BATCHES}.`,
  "idempotency-key-reused": "The first request with this Idempotency-Key was another one.",
};

function unknownFile(): Problem {
  return new Problem("unknown-file", "There is no file with this id, or it belongs to another account.");
}

function unknownBatch(): Problem {
  return new Problem("unknown-batch", "There is no batch with this id, or it belongs to another account.");
}

function tooManyFiles(): Problem {
  return new Problem("too-many-batches", `${MAX_FILES} files are kept; there may be ${MAX_FILES}.`);
}

function fileInUse(): Problem {
  return new Problem("file-in-use", "A batch that has not ended has this file as its input.");
}

/** Calls a book. One that cannot be reached is a storage that is away: what became of the call is not known, and every verb may be repeated. */
async function reached<Reply>(call: Promise<Reply>): Promise<Reply> {
  try {
    return await call;
  } catch (cause) {
    throw new Problem("storage-unavailable", "The place where batches are kept did not reply.", { cause });
  }
}

/** Cuts a page from one row more than it has. */
function paged<Row>(rows: readonly Row[], limit: number): Paged<Row> {
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}

async function added(book: BatchBook, seed: FileSeed): Promise<FileFacts> {
  const reply = await reached(book.addFile(seed));
  if ("type" in reply) throw tooManyFiles();
  return reply;
}

/** The verbs of files. */
function fileCalls({
  bookAt,
  storage,
  random,
}: BatchesOptions): Omit<Batches, "create" | "batch" | "cancel" | "batches"> {
  const bookFor = (id: string, { account }: BatchOwner): BatchBook => {
    if (!isId("file", id)) throw unknownFile();
    return bookAt(bookOf(id, account));
  };
  return {
    receive: async (owner) => {
      const id = fileId(random);
      const book = bookFor(id, owner);
      if (!(await reached(book.mayAddFile()))) throw tooManyFiles();
      return receiveFile({ id, storage, add: (seed) => added(book, seed) });
    },
    file: async (id, owner) => {
      const file = await reached(bookFor(id, owner).file(id));
      if (file === undefined) throw unknownFile();
      return file;
    },
    content: async (id, owner) => {
      const content = await reached(bookFor(id, owner).content(id));
      if (content === undefined) throw unknownFile();
      return { file: content.file, bytes: await storage.join(content.parts) };
    },
    deleteFile: async (id, owner) => {
      const outcome = await reached(bookFor(id, owner).deleteFile(id));
      if (outcome === "unknown-file") throw unknownFile();
      if (outcome === "file-in-use") throw fileInUse();
    },
    files: async ({ account, limit, ...page }) =>
      paged(await reached(bookAt(bookOf("", account)).files({ ...page, limit: limit + 1 })), limit),
  };
}

/** The files and batches of a deployment, over its books and its storage. */
export function createBatches(options: BatchesOptions): Batches {
  const { bookAt, random } = options;
  const bookFor = (id: string, { account }: BatchOwner): BatchBook => {
    if (!isId("batch", id)) throw unknownBatch();
    return bookAt(bookOf(id, account));
  };
  return {
    ...fileCalls(options),
    create: async ({ payer, idempotencyKey, ...batch }) => {
      const account = payer?.account;
      if (!isId("file", batch.inputFile)) throw new Problem("unknown-file", refusals["unknown-file"]);
      const { fingerprint, inputFile } = batch;
      const id = await batchId({ account, idempotencyKey, fingerprint, inputFile }, random);
      const reply = await reached(bookFor(id, { account }).create({ ...batch, id, payer: payer ?? null }));
      if (reply.type === "refused") throw new Problem(reply.code, refusals[reply.code]);
      return reply.batch;
    },
    batch: async (id, owner) => {
      const batch = await reached(bookFor(id, owner).batch(id));
      if (batch === undefined) throw unknownBatch();
      return batch;
    },
    cancel: async (id, owner) => {
      const batch = await reached(bookFor(id, owner).cancel(id));
      if (batch === undefined) throw unknownBatch();
      return batch;
    },
    batches: async ({ account, limit, ...page }) =>
      paged(await reached(bookAt(bookOf("", account)).batches({ ...page, limit: limit + 1 })), limit),
  };
}
