import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CHUNK_BYTES,
  CHUNK_LINES,
  createIndexer,
  type FileIndex,
  MAX_READ_LINES,
} from "../../src/batches/file-index.ts";
import { MAX_BATCH_LINES, MAX_LINE_BYTES } from "../../src/contract/batches.ts";
import { batchLine } from "../support/batch-world.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function indexOf(text: string, pieceBytes = 100_000): FileIndex {
  const indexer = createIndexer();
  const bytes = encode(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) indexer.push(bytes.slice(at, at + pieceBytes));
  return indexer.end();
}

const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${batchLine(`c${index}`)}\n`).join("");

/** A line that is too long. */
const long = (start: string): string => `${start}"x":"${"y".repeat(MAX_LINE_BYTES)}"}`;

describe("the index of a file", () => {
  it("has every line in one chunk, of at most so many lines and bytes", () => {
    const line = fc.oneof(
      fc.constantFrom<(place: number) => string>(
        () => "",
        () => " \r",
        () => "no json",
        (place) => batchLine(`c${place}`),
        () => `"${"y".repeat(200_000)}"`,
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 120 }), fc.constantFrom(999, 64_000), (makers, pieceBytes) => {
        const all = makers.map((make, place) => make(place));
        const text = all.join("\n");
        const { chunks, lines: count } = indexOf(text, pieceBytes);
        const wanted = all.filter((each) => each.trim() !== "").length;
        expect(count).toBe(wanted);
        expect(chunks.reduce((sum, chunk) => sum + chunk.lines, 0)).toBe(wanted);
        for (const chunk of chunks) {
          expect(chunk.lines).toBeLessThanOrEqual(CHUNK_LINES);
          expect(chunk.length).toBeLessThanOrEqual(CHUNK_BYTES);
          const content = new TextDecoder().decode(encode(text).slice(chunk.offset, chunk.offset + chunk.length));
          const inside = content.split("\n").filter((each) => each.trim() !== "");
          expect(inside.length).toBe(chunk.lines);
          expect(content.split("\n")[0]).toBe(all[chunk.line - 1]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("has a line that is too long by itself, with its custom_id if that comes first", () => {
    const text = [batchLine("a"), long('{"custom_id":"b",'), long("{"), batchLine("c")].join("\n");
    expect(indexOf(text).chunks.map(({ line, lines: count, tooLong }) => [line, count, tooLong])).toEqual([
      [1, 1, undefined],
      [2, 1, { customId: "b" }],
      [3, 1, { customId: null }],
      [4, 1, undefined],
    ]);
  });

  it("names the lines whose custom_id has occurred before, and not all of them", () => {
    const { errors, chunks } = indexOf(`${batchLine("a")}\n\n${batchLine("b")}\n${batchLine("a")}\n`);
    expect([errors.map(({ code, line, param }) => [code, line, param]), chunks]).toEqual([
      [["duplicate-custom-id", 4, "custom_id"]],
      [],
    ]);
    expect(indexOf(Array.from({ length: 100 }, () => batchLine("a")).join("\n")).errors).toHaveLength(20);
  });

  it("takes as many lines as a batch may have, and no more", () => {
    const most = indexOf(lines(MAX_BATCH_LINES));
    expect([most.lines, most.errors, most.chunks.length]).toEqual([
      MAX_BATCH_LINES,
      [],
      Math.ceil(MAX_BATCH_LINES / CHUNK_LINES),
    ]);
    const more = indexOf(lines(MAX_BATCH_LINES + 1));
    expect([more.lines, more.errors.map(({ code }) => code), more.chunks]).toEqual([
      MAX_BATCH_LINES + 1,
      ["too-many-lines"],
      [],
    ]);
  });

  it("is not looked for behind so many blank lines that they would only take time", () => {
    const blank = (count: number): string => `${"\n".repeat(count)}${batchLine("a")}`;
    expect(indexOf(blank(MAX_READ_LINES - 1))).toMatchObject({ lines: 1, errors: [] });
    const { lines: found, chunks, errors } = indexOf(blank(MAX_READ_LINES + 1));
    expect([found, chunks, errors.map(({ code }) => code)]).toEqual([0, [], ["too-many-lines"]]);
  });

  it.each(["", "\n\n \r\n"])("refuses a file without lines: %j", (text) => {
    expect(indexOf(text).errors.map(({ code }) => code)).toEqual(["empty-file"]);
  });
});
