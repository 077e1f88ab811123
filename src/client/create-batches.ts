import { AnswerPromise } from "./answer-promise.ts";
import { type BatchHandle, cancelBatch, createBatchHandle } from "./batch-handle.ts";
import { type AnyLine, type LineContext, writeLines } from "./batch-lines.ts";
import {
  type Batch,
  BATCHES_PATH,
  type BatchList,
  batchPath,
  MAX_BATCH_LINES,
  MAX_FILE_BYTES,
} from "./batch-object.ts";
import type { Batches, BatchEndpoint, BatchOptions, Lines } from "./batches.ts";
import { call, type CallOptions, type Connection } from "./call.ts";
import { FlorenceError } from "./florence-error.ts";
import { queryOf } from "./request.ts";
import { runBatches, type Running } from "./run-batches.ts";
import { sendBatch } from "./send-batch.ts";
import { splitOptions } from "./split-options.ts";

/** Separates the options of the batch from those of its lines, which only the types of its methods name. */
function runningOf(connection: Connection, endpoint: BatchEndpoint, given: BatchOptions): Running {
  const { metadata, onChange, ...rest } = given;
  const { settings, options } = splitOptions(rest);
  return { connection, endpoint, metadata, onChange, settings, shared: options };
}

/** All lines as one file. Throws what is wrong with one, and `too-many-lines` or `file-too-large`. */
async function fileOf(lines: Lines<AnyLine>, context: LineContext): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const line of writeLines(lines, context)) {
    if ("error" in line) throw line.error;
    parts.push(line.bytes);
    bytes += line.bytes.length;
    if (parts.length > MAX_BATCH_LINES) {
      throw new FlorenceError("too-many-lines", `A batch has at most ${MAX_BATCH_LINES} lines.`);
    }
    if (bytes > MAX_FILE_BYTES) {
      const detail = `The lines of a batch have at most ${MAX_FILE_BYTES} bytes.`;
      throw new FlorenceError("file-too-large", detail, { fix: "Use `batches.run`, or name images by their URLs." });
    }
  }
  if (parts.length === 0) throw new FlorenceError("empty-file", "There is no line.");
  return new Blob(parts);
}

/** At run time tasks differ only in their paths: a handle or a result of `never` is one of each task's answer. */
async function createBatch(lines: Lines<AnyLine> | Blob, running: Running): Promise<BatchHandle<never>> {
  const { connection, endpoint, metadata, settings } = running;
  const file = lines instanceof Blob ? lines : await fileOf(lines, running);
  const batch = await sendBatch(connection, { file, endpoint, metadata }, settings);
  return createBatchHandle<never>(connection, batch, settings);
}

function listPath(limit: number | undefined, after: string | undefined): string {
  const query = queryOf({ limit, after }).toString();
  return query === "" ? BATCHES_PATH : `${BATCHES_PATH}?${query}`;
}

/** Creates the part of the client for batches. */
export function createBatches(connection: Connection): Batches {
  const get = <Data>(path: string, options: CallOptions): AnswerPromise<Data> =>
    new AnswerPromise(call<Data>(connection, { method: "GET", path }, options));
  return {
    run: (endpoint: BatchEndpoint, lines: Lines<AnyLine> | Blob, given: BatchOptions = {}) =>
      runBatches<never>(lines, runningOf(connection, endpoint, given)),
    create: (endpoint: BatchEndpoint, lines: Lines<AnyLine> | Blob, given: BatchOptions = {}) =>
      createBatch(lines, runningOf(connection, endpoint, given)),
    get: (id, options = {}) => get<Batch>(batchPath(id), options),
    list: ({ limit, after, ...settings } = {}) => get<BatchList>(listPath(limit, after), settings),
    cancel: (id, options = {}) => new AnswerPromise(cancelBatch(connection, id, options)),
    resume: async (id, options = {}) =>
      createBatchHandle(connection, await get<Batch>(batchPath(id), options), options),
  };
}
