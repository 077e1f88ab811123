import { batchPrefix, fileId } from "../src/batches/ids.ts";
import { createLiveBook, type LiveBook, type LiveBookOptions } from "../src/batches/live-book.ts";
import { tellBatch } from "./batch-events.ts";
import { createBatchTables } from "./batch-sql/sql-tables.ts";
import type { JobBindings } from "./job-bindings.ts";
import { randomBytes } from "./random.ts";

const now = (): number => Date.now();

/** Most objects that R2 lists and deletes in one call. */
const LISTED = 1000;

/** Deletes all objects whose names begin so. */
async function deleteAll(bucket: R2Bucket, prefix: string): Promise<void> {
  for (;;) {
    const { objects, truncated } = await bucket.list({ prefix, limit: LISTED });
    if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key));
    if (!truncated) return;
  }
}

async function deleteSome(bucket: R2Bucket, names: readonly string[]): Promise<void> {
  for (let at = 0; at < names.length; at += LISTED) await bucket.delete(names.slice(at, at + LISTED));
}

/** What else a book needs of its object. */
export interface BatchRulesOptions extends Pick<LiveBookOptions, "wakeBy" | "wakeAt" | "leaseMs"> {
  /** The name by which the object is found again. */
  readonly name: string;
}

/** Returns the book of an owner over its object's storage. Loaded by the first object of an isolate. */
export function createBatchRules(
  storage: DurableObjectStorage,
  env: Env & JobBindings,
  { name, ...options }: BatchRulesOptions,
): LiveBook {
  const { BATCHES, JOB_FILES } = env;
  const bucket = (): R2Bucket => {
    if (JOB_FILES === undefined) throw new Error("A book of batches has no bucket.");
    return JOB_FILES;
  };
  return createLiveBook({
    ...options,
    tables: createBatchTables(storage, now),
    now,
    newFileId: (near) => fileId(randomBytes, near),
    tell: (row) => tellBatch(env, row),
    send: async (messages) => {
      if (BATCHES === undefined) throw new Error("A book of batches has no queue.");
      await BATCHES.sendBatch(messages.map((message) => ({ body: { ...message, book: name } })));
    },
    deleteObjects: async (names) => deleteSome(bucket(), names),
    deleteAll: async (id) => deleteAll(bucket(), batchPrefix(id)),
  });
}
