import { BPE } from "@huggingface/tokenizers";
import { describe, expect, it, vi } from "vitest";
import { createTokenizer } from "../../src/decoding/tokenizer.ts";
import prompts from "../vectors/florence-2/prompts.json" with { type: "json" };
import bart from "../vectors/tokenizer/bart.json" with { type: "json" };
import vectors from "../vectors/tokenizer/encodings.json" with { type: "json" };

// The vocabulary's own settings ask for a clean-up that would lose spaces.
const tokenizer = createTokenizer(bart, { clean_up_tokenization_spaces: true });

describe("encode", () => {
  it("gives the reference's ids for every prompt of the reference", () => {
    const checked = prompts.vectors.filter((vector) => "input_ids" in vector);
    expect(checked.map(({ hf_prompt: sentence }) => tokenizer.encode(sentence ?? ""))).toEqual(
      checked.map(({ input_ids: ids }) => ids),
    );
    expect(checked.length).toBe(24);
  });

  it("gives the ids of Python's tokenizers for texts in many scripts, with special tokens and odd white space", () => {
    expect(vectors.encodings.map(({ text }) => ({ text, ids: tokenizer.encode(text) }))).toEqual(vectors.encodings);
  });

  it("puts a lone space before a location that follows a space", () => {
    const region = "What is the region <loc_52><loc_332><loc_932><loc_774>?";
    expect(tokenizer.encode(region)).toEqual([0, 2264, 16, 5, 976, 1437, 50321, 50601, 51201, 51043, 116, 2]);
  });
});

it("keeps the pieces of no long word, of which an isolate would be full", () => {
  const encode = vi.spyOn(BPE.prototype, "encode");
  expect(createTokenizer(bart, {}).encode(`${"ü".repeat(11)} ${"ü".repeat(12)}`).length).toBeGreaterThan(3);
  const kept = encode.mock.contexts.flatMap((model) => (model instanceof BPE ? [model.cache] : []));
  expect(kept.filter((cache) => cache.get("Ã¼".repeat(11)) !== undefined).length).toBeGreaterThan(0);
  expect(kept.flatMap((cache) => cache.get(`Ġ${"Ã¼".repeat(12)}`) ?? [])).toEqual([]);
});

describe("decode", () => {
  it("gives the text of Python's tokenizers for any ids, valid UTF-8 or not", () => {
    expect(vectors.decodings.map(({ ids }) => ({ ids, text: tokenizer.decode(ids) }))).toEqual(vectors.decodings);
  });

  it("gives every encoded text back, special tokens kept and spaces untouched", () => {
    // <mask> takes the white space before it: it is the only token with `lstrip`.
    const lossless = vectors.encodings.filter(({ text }) => !text.includes("<mask>"));
    expect(lossless.map(({ ids }) => tokenizer.decode(ids))).toEqual(lossless.map(({ text }) => `<s>${text}</s>`));
    expect(lossless.length).toBeGreaterThan(400);
  });

  it("gives nothing for no ids, and nothing for ids that stand for nothing", () => {
    expect(tokenizer.decode([])).toBe("");
    expect(tokenizer.decode([51_289, 0, 60_000])).toBe("<s>");
  });
});

describe("createTokenizer", () => {
  it.each([
    ["no file", undefined, {}],
    ["another kind of model", { ...bart, model: { ...bart.model, type: "Unigram" } }, {}],
    ["another splitter", { ...bart, pre_tokenizer: { type: "Whitespace" } }, {}],
    ["no added tokens", { ...bart, added_tokens: undefined }, {}],
    ["no settings", bart, null],
  ])("refuses %s as a corrupt model", (_, file, settings) => {
    expect(() => createTokenizer(file, settings)).toThrow(expect.objectContaining({ code: "model-corrupt" }));
  });
});
