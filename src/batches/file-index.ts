import { type BatchFileError, MAX_BATCH_LINES, MAX_LINE_BYTES } from "../contract/batches.ts";
import { customIdOf } from "./batch-line.ts";
import { createLineReader, isBlank, type Line } from "./line-reader.ts";

/** Largest number of lines of a chunk: each is done within seconds, and a kill repeats no more than that. */
export const CHUNK_LINES = 32;

/** Most bytes of a chunk, which is in memory while it is worked on; one line may have half of them. */
export const CHUNK_BYTES = 1024 * 1024;

/** Errors of a file that are told; a file in which all lines have one `custom_id` has as many. */
const MAX_ERRORS = 20;

/** Some lines that follow each other in a file. Offset and length are in bytes. */
export interface Chunk {
  readonly offset: number;
  readonly length: number;
  /** Number of the first line, from 1; blank lines count. */
  readonly line: number;
  /** Lines that are not blank. */
  readonly lines: number;
  /** A line that is too long is a chunk by itself, and is not read again: its `custom_id`, if that is known. */
  readonly tooLong?: { readonly customId: string | null };
}

/** What is known of a file's lines. */
export interface FileIndex {
  readonly chunks: readonly Chunk[];
  readonly lines: number;
  /** What keeps a batch from having this file. */
  readonly errors: readonly BatchFileError[];
}

/** Reads a file as it passes, and knows its lines at the end. */
export interface Indexer {
  push(bytes: Uint8Array): void;
  end(): FileIndex;
}

/** Creates the chunks of lines. */
function createChunks() {
  const chunks: Chunk[] = [];
  let open: Chunk | undefined;
  const close = (): void => {
    if (open !== undefined) chunks.push(open);
    open = undefined;
  };
  return {
    close,
    all: (): readonly Chunk[] => chunks,
    add: ({ number, offset, length, bytes, isTooLong }: Line): void => {
      if (isTooLong) {
        close();
        chunks.push({
          offset,
          length,
          line: number,
          lines: 1,
          tooLong: { customId: customIdOf({ bytes, isTooLong }) },
        });
        return;
      }
      const end = offset + length;
      if (open !== undefined && (open.lines === CHUNK_LINES || end - open.offset > CHUNK_BYTES)) close();
      open =
        open === undefined
          ? { offset, length, line: number, lines: 1 }
          : { ...open, length: end - open.offset, lines: open.lines + 1 };
    },
  };
}

/** Creates what finds a `custom_id` that occurs twice: the results could not be told apart. */
function createIds() {
  const seen = new Set<string>();
  const errors: BatchFileError[] = [];
  return {
    errors,
    add: ({ number, bytes, isTooLong }: Line): void => {
      const id = customIdOf({ bytes, isTooLong });
      if (id === null) return;
      if (seen.has(id) && errors.length < MAX_ERRORS) {
        const message = `The custom_id ${JSON.stringify(id)} occurs in a line before: give each line another.`;
        errors.push({ code: "duplicate-custom-id", line: number, message, param: "custom_id" });
      }
      seen.add(id);
    },
  };
}

/** Lines, blank ones included, after which a file is not read further: two hundred million line feeds, which are little when compressed, would take the processor for many seconds. */
export const MAX_READ_LINES = 4 * MAX_BATCH_LINES;

function sizeErrors(lines: number, isCut: boolean): readonly BatchFileError[] {
  const told = (code: BatchFileError["code"], message: string) => [{ code, line: null, message, param: null }];
  const most = `a batch may have ${MAX_BATCH_LINES}. Divide them among several files.`;
  if (isCut)
    return told("too-many-lines", `The file has more than ${MAX_READ_LINES} lines with its blank ones; ${most}`);
  if (lines === 0) return told("empty-file", "The file has no lines.");
  if (lines <= MAX_BATCH_LINES) return [];
  return told("too-many-lines", `The file has ${lines} lines; ${most}`);
}

/** Creates an indexer. Of a file with too many lines it only counts the rest, up to `MAX_READ_LINES`: its memory and its time are bounded, whatever is sent. */
export function createIndexer(): Indexer {
  const reader = createLineReader({ maxLineBytes: MAX_LINE_BYTES });
  const chunks = createChunks();
  const ids = createIds();
  let lines = 0;
  let isCut = false;
  const take = (line: Line): void => {
    if (isBlank(line)) return;
    lines += 1;
    if (lines > MAX_BATCH_LINES) return;
    chunks.add(line);
    ids.add(line);
  };
  return {
    push: (bytes) => {
      if (isCut) return;
      for (const line of reader.push(bytes)) {
        take(line);
        isCut = line.number > MAX_READ_LINES;
        if (isCut) return;
      }
    },
    end: () => {
      if (!isCut) for (const line of reader.end()) take(line);
      chunks.close();
      const errors = [...sizeErrors(lines, isCut), ...ids.errors];
      return { chunks: errors.length > 0 ? [] : chunks.all(), lines, errors };
    },
  };
}
