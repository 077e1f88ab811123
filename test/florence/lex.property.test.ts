import * as fc from "fast-check";
import { expect, it } from "vitest";
import { lex, specialTokens } from "../../src/florence/lex.ts";
import { tokenSoup } from "../support/token-soup.ts";

const text = fc.oneof(
  tokenSoup,
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."<loc_/s>19p".split("")) }),
);

it("lex splits a text into pieces without gaps, and none is empty", () => {
  fc.assert(
    fc.property(text, (whole) => {
      const pieces = lex(whole);
      expect(pieces.map(({ start }) => start)).toEqual([0, ...pieces.map(({ end }) => end)].slice(0, pieces.length));
      expect(pieces.at(-1)?.end ?? 0).toBe(whole.length);
      expect(pieces.every(({ start, end }) => start < end)).toBe(true);
      const words = pieces.filter((piece) => piece.type !== "location");
      expect(words.every(({ text: pieceText, start, end }) => pieceText === whole.slice(start, end))).toBe(true);
    }),
  );
});

it("lex leaves no special token in a text piece", () => {
  fc.assert(
    fc.property(text, (whole) => {
      const words = lex(whole).filter(({ type }) => type === "text");
      expect(words.flatMap(({ start, end }) => specialTokens(whole.slice(start, end)))).toEqual([]);
    }),
  );
});
