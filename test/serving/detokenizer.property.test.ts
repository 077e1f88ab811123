import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createTokenizer } from "../../src/runtime/tokenizer.ts";
import { createDetokenizer } from "../../src/serving/florence2-stream.ts";
import tokenizerJson from "../../model-shards/mini/tokenizer.json" with { type: "json" };
import tokenizerConfig from "../../model-shards/mini/tokenizer_config.json" with { type: "json" };

const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig);
const vocabulary = Object.keys(tokenizerJson.model.vocab).length;

/** What each id adds, and what is left for the last frame. */
function streamed(ids: readonly number[]): readonly string[] {
  const { add, rest } = createDetokenizer((each) => tokenizer.decode(each));
  return [...ids.map(add), rest()];
}

it("text that is streamed is in the end the text of all ids, whatever they are", () => {
  const ids = fc.array(fc.integer({ min: 0, max: vocabulary - 1 }), { maxLength: 40 });
  fc.assert(
    fc.property(ids, (each) => {
      expect(streamed(each).join("")).toBe(tokenizer.decode(each));
    }),
  );
});

it("characters of several bytes come whole, and nothing is held back after them", () => {
  const text = fc.string({ unit: fc.constantFrom("a", " ", "é", "漢", "🐌", "\u{feff}") });
  fc.assert(
    fc.property(text, (each) => {
      const pieces = streamed(tokenizer.encode(each));
      expect(pieces.join("")).toBe(tokenizer.decode(tokenizer.encode(each)));
      expect(pieces.at(-1)).toBe("");
      expect(pieces.join("")).not.toContain("\u{fffd}");
      expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    }),
  );
});
