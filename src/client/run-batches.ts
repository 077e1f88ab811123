import { type BatchHandle, createBatchHandle } from "./batch-handle.ts";
import { type AnyLine, type LineContext, writeLines, type WrittenLine } from "./batch-lines.ts";
import { type Batch, filePath } from "./batch-object.ts";
import { type BatchResult, failedLine } from "./batch-results.ts";
import type { BatchOptions, Lines } from "./batches.ts";
import { call } from "./call.ts";
import { sendBatch } from "./send-batch.ts";

/** When a batch has enough lines: some are in memory, and their results come when all have been answered. Uploads are kept for an hour, in which the batch must come to them. */
const ENOUGH = { lines: 1000, bytes: 16 * 1024 * 1024, uploads: 100 } as const;

/** Batches at a time: lines are written while the API works on others. */
const OPEN_BATCHES = 2;

/** What was asked of `run`. */
export interface Running extends LineContext, Pick<BatchOptions, "onChange" | "metadata"> {}

/** A file of lines, and the results of those that are not in it. */
interface Group {
  readonly file: Blob | undefined;
  readonly refused: readonly BatchResult<never>[];
}

/** Collects lines until there are enough for a batch. */
async function* groupsOf(lines: AsyncIterable<WrittenLine>): AsyncGenerator<Group, void, void> {
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let refused: BatchResult<never>[] = [];
  let [bytes, uploads] = [0, 0];
  const close = (): Group => {
    const group = { file: parts.length === 0 ? undefined : new Blob(parts), refused };
    [parts, refused, bytes, uploads] = [[], [], 0, 0];
    return group;
  };
  for await (const line of lines) {
    if ("error" in line) refused.push(failedLine(line.customId, line.error));
    else {
      parts.push(line.bytes);
      bytes += line.bytes.length;
      uploads += line.isUploaded ? 1 : 0;
    }
    const count = parts.length + refused.length;
    if (count >= ENOUGH.lines || bytes >= ENOUGH.bytes || uploads >= ENOUGH.uploads) yield close();
  }
  yield close();
}

/** Files in OpenAI's shape are sent as they are. */
function groupsIn(lines: Lines<AnyLine> | Blob, running: Running): AsyncIterable<Group> | Iterable<Group> {
  return lines instanceof Blob ? [{ file: lines, refused: [] }] : groupsOf(writeLines(lines, running));
}

function ignore(): void {}

/** Asks about all lines, a few batches at a time, and yields their results. Cancels what has not ended when the consumer stops or something fails. Rejects with `FlorenceError`. */
export async function* runBatches<Answer>(
  lines: Lines<AnyLine> | Blob,
  running: Running,
): AsyncGenerator<BatchResult<Answer>, void, void> {
  const { connection, endpoint, metadata, settings, onChange } = running;
  const { signal, ...unstoppable } = settings;
  const open: BatchHandle<Answer>[] = [];
  const send = async (file: Blob): Promise<void> => {
    const batch: Batch = await sendBatch(connection, { file, endpoint, metadata }, settings);
    open.push(createBatchHandle<Answer>(connection, batch, settings));
  };
  const oldest = async function* oldest() {
    const [handle] = open;
    if (handle === undefined) return;
    yield* handle.results({ signal, maxRetries: settings.maxRetries, onChange });
    open.shift();
    // Nobody needs the lines any more, and an owner may have few files; if they stay, they end by themselves.
    const request = { method: "DELETE", path: filePath(handle.batch.input_file_id) } as const;
    await call(connection, request, unstoppable).catch(ignore);
  };
  try {
    for await (const { file, refused } of groupsIn(lines, running)) {
      yield* refused;
      if (file !== undefined) await send(file);
      if (open.length === OPEN_BATCHES) yield* oldest();
    }
    while (open.length > 0) yield* oldest();
  } finally {
    await Promise.all(open.map((handle) => handle.cancel({ ...unstoppable }).catch(ignore)));
  }
}
