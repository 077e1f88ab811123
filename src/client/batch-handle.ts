import { call, type CallOptions, type Connection } from "./call.ts";
import { type Batch, batchPath } from "./batch-object.ts";
import { type BatchResult, readResults } from "./batch-results.ts";
import { FlorenceError } from "./florence-error.ts";
import { type WaitOptions, waitUntilEnded } from "./wait-until-ended.ts";

/** A batch. It only knows the batch's id: another program can wait for the same one. */
export interface BatchHandle<Answer> {
  readonly id: string;
  /** The batch as the API said it last, when this handle was made. */
  readonly batch: Batch;
  /**
   * Resolves with the batch when it has ended: `completed`, `expired` or `cancelled`. Rejects with what is wrong with its file if it has failed, or with `timeout` after `timeoutMs` (a day); the batch
   * goes on in that case. A lost connection or a server that is busy does not end the wait.
   */
  wait(options?: WaitOptions<Batch>): Promise<Batch>;
  /** Waits as `wait()` does, then gives the results line by line, in no order. A lost connection does not end them. They can be read again for 7 days. */
  results(options?: WaitOptions<Batch>): AsyncIterable<BatchResult<Answer>>;
  /** Cancels the batch, unless it has ended, and returns it as it is then. */
  cancel(options?: CallOptions): Promise<Batch>;
}

/** Least and longest time between two requests, in milliseconds: a batch takes minutes, and its first counts are soon there. */
const PAUSE_MS = { least: 1000, longest: 15_000 } as const;

/** By how much a pause is longer than the one before. */
const GROWTH = 1.25;

const ended: ReadonlySet<Batch["status"]> = new Set<Batch["status"]>(["completed", "failed", "expired", "cancelled"]);

function failureOf({ id, errors }: Batch): FlorenceError {
  const [first] = errors?.data ?? [];
  if (first === undefined) return new FlorenceError("batch-failed", `The batch ${id} has failed.`);
  const { code, line, message } = first;
  return new FlorenceError(code, line === null ? message : `Line ${line}: ${message}`);
}

function pauseMs(answered: number): number {
  return Math.min(PAUSE_MS.longest, PAUSE_MS.least * GROWTH ** answered);
}

function stateOf({ status, request_counts: { total, completed, failed } }: Batch): string {
  return [status, total, completed, failed].join();
}

async function waitForBatch(connection: Connection, batch: Batch, options: WaitOptions<Batch>): Promise<Batch> {
  const { timeoutMs, onChange, ...rest } = options;
  const request = { method: "GET", path: batchPath(batch.id) } as const;
  const look = async (remainingMs: number): Promise<Batch> => {
    const mostMs = Math.min(connection.timeoutMs, Math.ceil(remainingMs));
    return (await call<Batch>(connection, request, { ...rest, timeoutMs: mostMs })).data;
  };
  let state = stateOf(batch);
  const onSeen = (seen: Batch): void => {
    const before = state;
    state = stateOf(seen);
    if (state !== before) onChange?.(seen);
  };
  const waited = { title: `batch ${batch.id}`, look, onSeen, ended, pauseMs };
  const last = await waitUntilEnded(connection, waited, { timeoutMs, signal: rest.signal });
  if (last.status === "failed") throw failureOf(last);
  return last;
}

/** Cancels a batch. */
export async function cancelBatch(connection: Connection, id: string, options: CallOptions) {
  return call<Batch>(connection, { method: "POST", path: `${batchPath(id)}/cancel` }, options);
}

/** Creates the handle of a batch. `settings` are the options of the call that created it: its key and headers are those of the handle's own calls. */
export function createBatchHandle<Answer>(
  connection: Connection,
  batch: Batch,
  { apiKey, headers }: CallOptions,
): BatchHandle<Answer> {
  const own = { apiKey, headers };
  return {
    id: batch.id,
    batch,
    wait: (options = {}) => waitForBatch(connection, batch, { ...own, ...options }),
    results: async function* results(options = {}) {
      const last = await waitForBatch(connection, batch, { ...own, ...options });
      const { onChange: _onChange, timeoutMs: _timeoutMs, ...rest } = options;
      yield* readResults<Answer>(connection, last, { ...own, ...rest });
    },
    cancel: async (options = {}) => (await cancelBatch(connection, batch.id, { ...own, ...options })).data,
  };
}
