import { describe, expect, it } from "vitest";
import { createTokenizer } from "../../src/decoding/tokenizer.ts";
import { isSame, runVectors } from "../../tools/vector-runners.ts";
import beamSearch from "../vectors/florence-2/beam-search.json";
import postprocess from "../vectors/florence-2/postprocess.json";
import prompts from "../vectors/florence-2/prompts.json";
import quantizer from "../vectors/florence-2/quantizer.json";
import scores from "../vectors/florence-2/scores.json";
import tokenizerJson from "../vectors/florence-2-base/tokenizer.json";

const tokenizer = createTokenizer(tokenizerJson, {});

describe("the vectors", () => {
  it.each<[string, unknown, number]>([
    ["postprocess.json", postprocess, 456],
    ["prompts.json", prompts, 27],
    ["quantizer.json", quantizer, 112],
    ["scores.json", scores, 56],
    ["beam-search.json", beamSearch, 40],
  ])("of %s all pass", (name, file, passed) => {
    expect(runVectors(name, file, tokenizer)).toEqual({ passed, failures: [] });
  });
});

describe("the runner", () => {
  it("names the vectors that fail", () => {
    const vector = { id: "planted", task: "<OCR>", text: "a", image_size: [1, 1], expected: { "<OCR>": "b" } };
    const report = runVectors("postprocess.json", { vectors: [vector] }, tokenizer);
    const failure = { name: "planted", expected: { "<OCR>": "b" }, actual: { "<OCR>": "a" } };
    expect(report).toEqual({ passed: 0, failures: [failure] });
  });

  it("returns undefined for an unknown file", () => {
    expect(runVectors("unknown.json", { vectors: [] }, tokenizer)).toBeUndefined();
  });

  it("rejects a file of another format", () => {
    expect(() => runVectors("scores.json", { vectors: [{}] }, tokenizer)).toThrow(
      expect.objectContaining({ name: "ZodError" }),
    );
  });

  it.each([
    [1, 1 + 1e-15, true],
    [1, 1 + 1e-9, false],
    [0, 1e-300, false],
    [{ a: [1, "x"] }, { a: [1, "x"] }, true],
    [{ a: [1] }, { a: [1, 2] }, false],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: undefined }, { b: undefined }, false],
    [[], {}, false],
    [null, {}, false],
    ["1", 1, false],
  ])("compares %j and %j as equal: %s", (expected, actual, isEqual) => {
    expect(isSame(expected, actual)).toBe(isEqual);
  });
});
