import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createDetokenizer } from "../../src/decoding/detokenizer.ts";
import { createTokenizer } from "../../src/decoding/tokenizer.ts";
import tokenizerJson from "../../model-shards/mini/tokenizer.json" with { type: "json" };
import tokenizerConfig from "../../model-shards/mini/tokenizer_config.json" with { type: "json" };

const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig);
const vocabulary = Object.keys(tokenizerJson.model.vocab).length;

/** Returns the text that each id adds. */
function streamed(ids: readonly number[]): readonly string[] {
  return ids.map(createDetokenizer((each) => tokenizer.decode(each)));
}

it("the streamed text of any ids is a prefix of their whole text and lacks no complete character", () => {
  const ids = fc.array(fc.integer({ min: 0, max: vocabulary - 1 }), { maxLength: 40 });
  fc.assert(
    fc.property(ids, (each) => {
      const [text, whole] = [streamed(each).join(""), tokenizer.decode(each)];
      expect(whole.startsWith(text)).toBe(true);
      expect(whole.slice(text.length)).toMatch(/^\u{fffd}*$/u);
    }),
  );
});

it("characters of several bytes are streamed complete, and nothing is held back after them", () => {
  const text = fc.string({ unit: fc.constantFrom("a", " ", "é", "漢", "🐌", "\u{feff}") });
  fc.assert(
    fc.property(text, (each) => {
      const pieces = streamed(tokenizer.encode(each));
      expect(pieces.join("")).toBe(tokenizer.decode(tokenizer.encode(each)));
      expect(pieces.join("")).not.toContain("\u{fffd}");
      expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    }),
  );
});
