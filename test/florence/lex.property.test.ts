import * as fc from "fast-check";
import { expect, it } from "vitest";
import { lex } from "../../src/florence/lex.ts";
import { tokenSoup } from "../support/token-soup.ts";

const text = fc.oneof(
  tokenSoup,
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."<loc_/s>19p".split("")) }),
);

it("lex loses nothing: joining the pieces gives the text back, and no piece is empty", () => {
  fc.assert(
    fc.property(text, (whole) => {
      const pieces = lex(whole);
      expect(pieces.map((piece) => piece.text).join("")).toBe(whole);
      expect(pieces.every((piece) => piece.text !== "" && whole.startsWith(piece.text, piece.start))).toBe(true);
    }),
  );
});

it("lex leaves no special token in a text piece", () => {
  fc.assert(
    fc.property(text, (whole) => {
      const words = lex(whole).filter((piece) => piece.type === "text");
      for (const piece of words) expect(lex(piece.text)).toEqual([{ ...piece, start: 0 }]);
    }),
  );
});
