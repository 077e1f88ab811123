import { MAX_LINE_BYTES } from "../contract/batches.ts";
import { Problem } from "../contract/problems.ts";
import { inTurns } from "../jobs/in-turns.ts";
import { FIRST_WAIT_MS, MAX_WAIT_MS } from "../jobs/retry.ts";
import type { BatchBook, BegunChunk } from "./book-port.ts";
import type { Report } from "./chunk-state.ts";
import type { ChunkMessage } from "./chunk-verbs.ts";
import { segmentObject } from "./ids.ts";
import { createLineReader, isBlank } from "./line-reader.ts";
import { type Ask, type ChunkLine, type LineContext, type LineResult, runLine } from "./run-line.ts";
import type { BatchStorage } from "./storage.ts";

/** What works on chunks. */
export interface RunOptions {
  readonly book: BatchBook;
  readonly storage: BatchStorage;
  readonly ask: Ask;
  /** How many lines of a chunk are asked at once. */
  readonly concurrency: number;
  /** Calls something again and again, as `setInterval` does; what it returns ends that. */
  readonly every: (milliseconds: number, run: () => void) => () => void;
  readonly logFailure: (thrown: unknown, line: string) => void;
}

/** The lines of a chunk that have no result yet. Throws `Problem`. */
async function linesOf(
  { chunk, inputObject, doneLines }: BegunChunk,
  storage: BatchStorage,
): Promise<readonly ChunkLine[]> {
  const { offset, length, line, tooLong } = chunk;
  if (tooLong !== undefined) {
    // Its beginning as it was: all that a result says of it.
    const beginning = tooLong.customId === null ? "" : `{"custom_id":${JSON.stringify(tooLong.customId)}`;
    return [{ number: line, bytes: new TextEncoder().encode(beginning), isTooLong: true }];
  }
  const bytes = await storage.read(inputObject, { offset, length });
  if (bytes === undefined) throw new Problem("storage-unavailable", "The file of the batch is not in the storage.");
  const done = new Set(doneLines);
  const reader = createLineReader({ maxLineBytes: MAX_LINE_BYTES, offset, number: line });
  const lines = [...copied(reader.push(bytes)), ...copied(reader.end())];
  return lines.filter((each) => !isBlank(each) && !done.has(each.number));
}

/** The reader reuses its memory for lines that it has joined. */
function* copied(lines: Iterable<ChunkLine>): Generator<ChunkLine, void, void> {
  for (const { number, bytes, isTooLong } of lines) yield { number, bytes: bytes.slice(), isTooLong };
}

type Rest = NonNullable<Report["rest"]>;

/** The longest of some rests; a rest of this deployment counts before others. */
function longest(rests: readonly Rest[]): Rest | undefined {
  if (rests.length === 0) return undefined;
  return {
    afterMs: Math.max(...rests.map(({ afterMs }) => afterMs)),
    isPaused: rests.some(({ isPaused }) => isPaused),
  };
}

/** Whether an attempt is to begin no further line. Those that are asked are answered: they may be charged. */
interface Stop {
  isStopped: boolean;
}

/** Asks lines until all have a result, the attempt is stopped, or this deployment cannot answer. */
async function resultsOf(lines: readonly ChunkLine[], context: LineContext, stop: Stop, concurrency: number) {
  const results = new Map<number, LineResult>();
  await inTurns(lines, concurrency, async (line) => {
    if (stop.isStopped) return;
    const result = await runLine(line, context);
    results.set(line.number, result);
    if (result.kind === "rest" && result.isPaused) stop.isStopped = true;
  });
  return results;
}

/** Writes what has a result, and says so. Throws `Problem`. */
async function written(
  { batch, chunk }: ChunkMessage,
  { attempt }: BegunChunk,
  results: ReadonlyMap<number, LineResult>,
  storage: BatchStorage,
): Promise<Report> {
  const inOrder = [...results].toSorted(([one], [other]) => one - other);
  const store = async (kind: "output" | "errors"): Promise<{ readonly bytes: number; readonly count: number }> => {
    const texts = inOrder.flatMap(([, result]) => (result.kind === kind ? result.text : []));
    const bytes = new TextEncoder().encode(texts.join(""));
    if (bytes.length > 0) await storage.put(segmentObject(batch, chunk, attempt, kind), bytes);
    return { bytes: bytes.length, count: texts.length };
  };
  const [output, errors] = await Promise.all([store("output"), store("errors")]);
  return {
    lines: inOrder.flatMap(([number, { kind }]) => (kind === "rest" ? [] : number)),
    output: output.bytes,
    errors: errors.bytes,
    completed: output.count,
    failed: errors.count,
    rest: longest(inOrder.flatMap(([, result]) => (result.kind === "rest" ? result : []))),
  };
}

/** An attempt that has nothing: its lines are tried again. */
function nothing({ retries }: BegunChunk): Report {
  const afterMs = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(retries, 10));
  return { lines: [], output: 0, errors: 0, completed: 0, failed: 0, rest: { afterMs, isPaused: true } };
}

/** Stops an attempt that is to end. A book that does not reply stops nothing: the lease decides. */
function keepLease(message: ChunkMessage, { attempt, leaseMs }: BegunChunk, options: RunOptions, stop: Stop) {
  return options.every(leaseMs / 3, () => {
    void options.book
      .extend(message.batch, message.chunk, attempt)
      .catch(() => true)
      .then((goesOn) => void (stop.isStopped ||= !goesOn));
  });
}

/** Works once on a chunk, if it is to be worked on. Rejects if its book cannot be reached: then the message is to come again. */
export async function runChunk(message: ChunkMessage, options: RunOptions): Promise<void> {
  const { book, storage, ask, concurrency, logFailure } = options;
  const { batch, chunk } = message;
  const begun = await book.begin(batch, chunk);
  if (begun === undefined) return;
  const stop = { isStopped: false };
  const release = keepLease(message, begun, options, stop);
  try {
    const attempt = async (): Promise<Report> => {
      const lines = await linesOf(begun, storage);
      const results = await resultsOf(lines, { batch, begun, ask, logFailure }, stop, concurrency);
      return written(message, begun, results, storage);
    };
    const report = await attempt().catch((thrown: unknown) => {
      if (!(thrown instanceof Problem)) logFailure(thrown, `${batch}:${begun.chunk.line}`);
      return nothing(begun);
    });
    await book.finish(batch, chunk, begun.attempt, report);
  } finally {
    release();
  }
}
