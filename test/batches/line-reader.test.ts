import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLineReader, isBlank, type Line } from "../../src/batches/line-reader.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const copy = ({ bytes, ...line }: Line) => ({ ...line, text: decode(bytes) });

function read(text: string, cuts: readonly number[], maxLineBytes = 1000) {
  const bytes = encode(text);
  const reader = createLineReader({ maxLineBytes });
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((one, other) => one - other);
  let from = 0;
  const lines = ends.flatMap((end) => {
    const piece = bytes.slice(from, end);
    from = end;
    const found = Array.from(reader.push(piece), copy);
    piece.fill(0);
    return found;
  });
  return [...lines, ...Array.from(reader.end(), copy)];
}

const text = fc.array(fc.constantFrom("\n", "\r\n", "a", "é", "{}", " ", "longer than most lines"), { maxLength: 30 });

describe("a reader of lines", () => {
  it("finds the lines of a text, whatever the pieces in which it comes", () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(500), { maxLength: 10 }), (words, cuts) => {
        const whole = words.join("");
        const wanted = whole.split("\n");
        if (wanted.at(-1) === "") wanted.pop();
        const lines = read(whole, cuts);
        expect(lines.map((line) => line.text)).toEqual(wanted);
        expect(lines.map(({ number }) => number)).toEqual(wanted.map((_, index) => index + 1));
        for (const { offset, length, text: content } of lines) {
          expect(decode(encode(whole).slice(offset, offset + length)).replace(/\n$/u, "")).toBe(content);
        }
      }),
    );
  });

  it("keeps only the beginning of a line that is too long, and goes on after it", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 10 }), (cuts) => {
        const lines = read(`short\n${"x".repeat(11)}\n${"y".repeat(10)}\n`, cuts, 10);
        expect(lines.map(({ isTooLong, text: content, length }) => [isTooLong, content, length])).toEqual([
          [false, "short", 6],
          [true, "x".repeat(10), 12],
          [false, "y".repeat(10), 11],
        ]);
      }),
    );
  });

  it("holds no more than the longest line, whatever is sent", () => {
    const reader = createLineReader({ maxLineBytes: 100 });
    for (let piece = 0; piece < 1000; piece += 1) expect([...reader.push(new Uint8Array(1000).fill(0x78))]).toEqual([]);
    const [line] = [...reader.push(encode("\n"))];
    expect([line?.isTooLong, line?.length, line?.bytes.length]).toEqual([true, 1_000_001, 100]);
  });

  it.each([
    ["", true],
    ["\r", true],
    [" \t\r", true],
    ["{}", false],
  ])("says whether a line is blank: %j", (content, expected) => {
    expect(isBlank({ bytes: encode(content), isTooLong: false })).toBe(expected);
  });
});
