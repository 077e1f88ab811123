import { MAX_FILES } from "../contract/batches.ts";
import type { FileFacts } from "../contract/batches-port.ts";
import { fileFacts, type FileRow } from "./batch-state.ts";
import type { AfterPage, ContentPart, FilePage, FileSeed, Refusal } from "./book-port.ts";
import { fileObject, segmentObject } from "./ids.ts";
import type { BatchTables, RowPage } from "./tables.ts";

/** What the verbs of a book need. */
export interface BookOptions {
  readonly tables: BatchTables;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Returns a page as tables take it; undefined if it is to begin after a row that is not there. */
export function pageAfter(
  { limit, after }: AfterPage,
  find: (id: string) => { readonly createdMs: number; readonly id: string } | undefined,
): RowPage | undefined {
  if (after === undefined) return { limit, before: undefined };
  const before = find(after);
  return before && { limit, before: { createdMs: before.createdMs, id: before.id } };
}

/** Where the content of a file is, in its order. */
function partsOf({ id, bytes, batch, isErrors }: FileRow, tables: BatchTables): readonly ContentPart[] {
  if (batch === null) return [{ object: fileObject(id), bytes }];
  const kind = isErrors ? "errors" : "output";
  return tables
    .chunks(batch)
    .flatMap(({ number, segments }) =>
      segments
        .filter((segment) => segment[kind] > 0)
        .map((segment) => ({ object: segmentObject(batch, number, segment.attempt, kind), bytes: segment[kind] })),
    );
}

/** Returns the objects of a file. */
export function objectsOf(row: FileRow, tables: BatchTables): readonly string[] {
  return partsOf(row, tables).map(({ object }) => object);
}

function mayAddFile(tables: BatchTables): boolean {
  return tables.countFiles() < MAX_FILES;
}

function addFile(
  { keptSeconds, ...seed }: FileSeed,
  { tables, now }: BookOptions,
): FileFacts | Refusal<"too-many-batches"> {
  if (!mayAddFile(tables)) return { type: "refused", code: "too-many-batches" };
  const createdMs = now();
  const times = { createdMs, expiresMs: createdMs + keptSeconds * 1000, heldMs: 0 };
  const row: FileRow = { ...seed, ...times, isOutput: false, isErrors: false, batch: null };
  tables.putFile(row);
  return fileFacts(row);
}

/** The verbs of files. */
export function fileVerbs({ tables, now }: BookOptions) {
  const find = (id: string): FileRow | undefined => {
    const row = tables.findFile(id);
    return row !== undefined && row.expiresMs > now() ? row : undefined;
  };
  return {
    mayAddFile: (): boolean => mayAddFile(tables),
    addFile: (seed: FileSeed) => tables.transaction(() => addFile(seed, { tables, now })),
    file: (id: string): FileFacts | undefined => {
      const row = find(id);
      return row && fileFacts(row);
    },
    content: (id: string) => {
      const row = find(id);
      return row && { file: fileFacts(row), parts: partsOf(row, tables) };
    },
    /** The file is nobody's any more; its objects are deleted when it is due. */
    deleteFile: (id: string) =>
      tables.transaction(() => {
        const row = find(id);
        if (row === undefined) return "unknown-file";
        if (tables.countOpenBatches(id) > 0) return "file-in-use";
        tables.putFile({ ...row, expiresMs: now(), heldMs: now() });
        return "deleted";
      }),
    files: ({ isOutput, ...page }: FilePage): readonly FileFacts[] => {
      const shown: FileFacts[] = [];
      // A file that has expired may still be held for a batch: others take its place, so that a short page is the last.
      for (let rows = pageAfter(page, (id) => tables.findFile(id)); rows !== undefined;) {
        const { limit } = rows;
        const found = tables.files({ ...rows, isOutput });
        shown.push(...found.filter(({ id }) => find(id)).map(fileFacts));
        const last = found.at(-1);
        rows = shown.length < limit && found.length === limit ? { limit, before: last } : undefined;
      }
      return shown.slice(0, page.limit);
    },
  };
}
