import { BPE } from "@huggingface/tokenizers";
import { describe, expect, it, vi } from "vitest";
import { createTokenizer } from "../../src/decoding/tokenizer.ts";
import prompts from "../vectors/florence-2/prompts.json" with { type: "json" };
import bart from "../vectors/tokenizer/bart.json" with { type: "json" };
import vectors from "../vectors/tokenizer/encodings.json" with { type: "json" };

// The vocabulary's own settings enable a clean-up that would remove spaces.
const tokenizer = createTokenizer(bart, { clean_up_tokenization_spaces: true });

describe("encode", () => {
  it("returns the reference ids for every reference prompt", () => {
    const checked = prompts.vectors.filter((vector) => "input_ids" in vector);
    expect(checked.map(({ hf_prompt: sentence }) => tokenizer.encode(sentence ?? ""))).toEqual(
      checked.map(({ input_ids: ids }) => ids),
    );
    expect(checked.length).toBe(24);
  });

  it("returns the ids of Python's tokenizers for texts in many scripts, with special tokens and unusual white space", () => {
    expect(vectors.encodings.map(({ text }) => ({ text, ids: tokenizer.encode(text) }))).toEqual(vectors.encodings);
  });

  it("encodes the space before a location token as a token of its own", () => {
    const region = "What is the region <loc_52><loc_332><loc_932><loc_774>?";
    expect(tokenizer.encode(region)).toEqual([0, 2264, 16, 5, 976, 1437, 50321, 50601, 51201, 51043, 116, 2]);
  });
});

it("does not cache the pieces of long words, which would fill the memory of an isolate", () => {
  const encode = vi.spyOn(BPE.prototype, "encode");
  expect(createTokenizer(bart, {}).encode(`${"ü".repeat(11)} ${"ü".repeat(12)}`).length).toBeGreaterThan(3);
  const caches = encode.mock.contexts.flatMap((model) => (model instanceof BPE ? [model.cache] : []));
  expect(caches.filter((cache) => cache.get("Ã¼".repeat(11)) !== undefined).length).toBeGreaterThan(0);
  expect(caches.flatMap((cache) => cache.get(`Ġ${"Ã¼".repeat(12)}`) ?? [])).toEqual([]);
});

describe("decode", () => {
  it("returns the text of Python's tokenizers for any ids, valid UTF-8 or not", () => {
    expect(vectors.decodings.map(({ ids }) => ({ ids, text: tokenizer.decode(ids) }))).toEqual(vectors.decodings);
  });

  it("returns every encoded text, with special tokens kept and spaces unchanged", () => {
    // <mask> removes the white space before it: it is the only token with `lstrip`.
    const lossless = vectors.encodings.filter(({ text }) => !text.includes("<mask>"));
    expect(lossless.map(({ ids }) => tokenizer.decode(ids))).toEqual(lossless.map(({ text }) => `<s>${text}</s>`));
    expect(lossless.length).toBeGreaterThan(400);
  });

  it("returns an empty text for no ids, and for ids without a token", () => {
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
  ])("rejects %s as a corrupt model", (_, file, settings) => {
    expect(() => createTokenizer(file, settings)).toThrow(expect.objectContaining({ code: "model-corrupt" }));
  });
});
