import { AnswerPromise } from "./answer-promise.ts";
import { type BatchHandle, cancelBatch, createBatchHandle } from "./batch-handle.ts";
import { batchFile } from "./batch-file.ts";
import type { AnyLine } from "./batch-lines.ts";
import { type Batch, BATCHES_PATH, type BatchList, batchPath } from "./batch-object.ts";
import type { Batches, BatchEndpoint, BatchOptions, Lines } from "./batches.ts";
import { call, type CallOptions, type Connection } from "./call.ts";
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

/** At run time tasks differ only in their paths: a handle or a result of `never` is one of each task's answer. */
async function createBatch(lines: Lines<AnyLine> | Blob, running: Running): Promise<BatchHandle<never>> {
  const { connection, endpoint, metadata, settings } = running;
  const file = lines instanceof Blob ? lines : await batchFile(lines, running);
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
