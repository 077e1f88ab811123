import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTokenizer } from "../../src/decoding/tokenizer.ts";
import bart from "../vectors/tokenizer/bart.json" with { type: "json" };

const tokenizer = createTokenizer(bart, {});
const anyText = fc
  .oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("<", ">", "loc", "_", "5", "/", "s", " ", "\n", "'", "d") }),
  )
  .filter((text) => !text.includes("<mask>"));

describe("a tokenizer", () => {
  it("decodes an encoded text to the same text, enclosed in its two special tokens", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(`<s>${text}</s>`);
      }),
    );
  });

  it("decodes any ids without throwing, ids without a token included", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 52_000 })), (ids) => {
        expect(tokenizer.decode(ids)).toBeTypeOf("string");
      }),
    );
  });
});
