import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPartReader } from "../../src/http/multipart/part-reader.ts";
import { MAX_PART_HEADER_BYTES, splitParts } from "../../src/http/multipart/parts.ts";

interface Read {
  readonly header: string;
  content: string;
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Reads a body in pieces that end at the given places. */
function readInPieces(body: Uint8Array, cuts: readonly number[], boundary: string) {
  const reader = createPartReader(boundary);
  const parts: Read[] = [];
  const ends = [...cuts.map((cut) => cut % (body.length + 1)), body.length].toSorted((one, other) => one - other);
  let from = 0;
  for (const end of ends) {
    const piece = body.slice(from, end);
    for (const event of reader.push(piece)) {
      if (event.kind === "failure") return { failure: event.failure };
      if (event.kind === "header") parts.push({ header: latin1(event.header), content: "" });
      else {
        const part = parts.at(-1);
        if (part === undefined) throw new Error("Content without a part.");
        part.content += latin1(event.bytes);
      }
    }
    // Whoever pushes may reuse the memory.
    piece.fill(0x2d);
    from = end;
  }
  const failure = reader.end();
  return failure === undefined ? parts : { failure };
}

function readWhole(body: Uint8Array, boundary: string) {
  const parts = splitParts(body, boundary);
  if ("failure" in parts) return parts;
  return parts.map(({ header, content }) => ({ header: latin1(header), content: latin1(content) }));
}

/** Bytes in which delimiters, line breaks and what is nearly one of them are frequent. */
const token = fc.constantFrom(
  "--b",
  "--b--",
  "\r\n",
  "\n",
  "\r",
  "-",
  "b",
  " ",
  "\t",
  "x",
  "A: 1",
  "\r\n\r\n",
  "\r\n--b",
  "\r\n--b\r\n",
);
const soup = fc.array(token, { maxLength: 24 }).map((tokens) => bytesOf(tokens.join("")));
const form = fc
  .tuple(fc.constantFrom("\r\n", "\n"), fc.array(soup, { maxLength: 4 }))
  .map(([lineBreak, contents]) =>
    bytesOf(
      [
        ...contents.map((content) => `--b${lineBreak}A: 1${lineBreak}${lineBreak}${latin1(content)}${lineBreak}`),
        "--b--",
      ].join(""),
    ),
  );
const cuts = fc.array(fc.nat(200), { maxLength: 12 });

describe("a reader of parts", () => {
  it("finds in pieces what is found in the whole form", () => {
    fc.assert(
      fc.property(fc.oneof(soup, form), cuts, (body, places) => {
        expect(readInPieces(body, places, "b")).toEqual(readWhole(body, "b"));
      }),
      { numRuns: 5000 },
    );
  });

  it("finds the same whatever the pieces, byte by byte too", () => {
    const body = bytesOf('--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n{}\r\n{}\r\n\r\n--b--\r\n');
    const places = Array.from(body, (_, index) => index);
    expect(readInPieces(body, places, "b")).toEqual(readWhole(body, "b"));
  });

  it.each([
    ["a header that is too long", `--b\r\n${"x".repeat(MAX_PART_HEADER_BYTES + 10)}\r\n\r\n\r\n--b--`],
    ["a header that never ends", `--b\r\n${"x".repeat(100_000)}`],
    ["no boundary", "hello"],
    ["no end", "--b\r\n\r\nhello"],
  ])("refuses %s", (_, text) => {
    expect(readInPieces(bytesOf(text), [7, 5000], "b")).toHaveProperty("failure");
  });

  it("keeps nothing of a content but what may be a delimiter", () => {
    const reader = createPartReader("b");
    const content = new Uint8Array(1000).fill(0x78);
    const given = [...reader.push(bytesOf("--b\r\n\r\n")), ...reader.push(content)];
    const bytes = given.map((event) => (event.kind === "content" ? event.bytes.length : 0));
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBe(1000);
  });
});
