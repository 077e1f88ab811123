import { describe, expect, it } from "vitest";
import {
  processLogits,
  argmax,
  forcedTokenId,
  logProbability,
  logSoftmax,
  repeatedNgramEnds,
  type GenerationSettings,
} from "../../src/decoding/logits.ts";

const rules: GenerationSettings = {
  startTokenId: 2,
  endTokenId: 2,
  forcedFirstTokenId: 0,
  forcedLastTokenId: 2,
  noRepeatNgramSize: 0,
  beams: 1,
  earlyStopping: false,
  lengthPenalty: 1,
  maxNewTokens: 9,
  maxLength: 10,
  vocabularySize: 4,
  imageTokenId: undefined,
};
const never = -Infinity;

describe("repeatedNgramEnds", () => {
  it("returns the last id of each earlier n-gram that begins with the ids at the end", () => {
    expect([...repeatedNgramEnds([5, 6, 7, 5, 6], 3)]).toEqual([7]);
    expect([...repeatedNgramEnds([5, 6, 7, 5, 6, 8, 5, 6], 3)]).toEqual([7, 8]);
  });

  it("includes the decoder's start token", () => {
    expect([...repeatedNgramEnds([2, 0, 4, 2, 0], 3)]).toEqual([4]);
  });

  it("returns every id of the sequence for n-grams of one id", () => {
    expect([...repeatedNgramEnds([5, 6], 1)]).toEqual([5, 6]);
  });

  it("is empty if the sequence is shorter than the n-gram, or the rule is off", () => {
    expect(repeatedNgramEnds([5, 6], 3).size).toBe(0);
    expect(repeatedNgramEnds([5, 5, 5], 0).size).toBe(0);
  });
});

describe("the rules", () => {
  it("allow only the forced first id at the first position", () => {
    expect([...processLogits(Float32Array.of(1, 2, 3, 4), [2], rules)]).toEqual([0, never, never, never]);
  });

  it("allow only the forced last id at the last position", () => {
    const sequence = Array.from({ length: 9 }, () => 3);
    expect([...processLogits(Float32Array.of(1, 2, 3, 4), sequence, rules)]).toEqual([never, never, 0, never]);
  });

  it("give the last position precedence over the first when they coincide", () => {
    expect(forcedTokenId(1, { ...rules, maxLength: 2 })).toBe(2);
  });

  it("force no id if the checkpoint forces none", () => {
    expect(forcedTokenId(1, { ...rules, forcedFirstTokenId: undefined })).toBeUndefined();
    expect(forcedTokenId(9, { ...rules, forcedLastTokenId: undefined })).toBeUndefined();
  });

  it("cut off the logits beyond the vocabulary", () => {
    expect([...processLogits(Float32Array.of(1, 2, 3, 4, 99), [2, 0], rules)]).toEqual([1, 2, 3, 4]);
  });

  it("never allow the image placeholder", () => {
    const scores = processLogits(Float32Array.of(1, 2, 3, 4), [2, 0], { ...rules, imageTokenId: 3 });
    expect([...scores]).toEqual([1, 2, 3, never]);
  });

  it("forbid an id that would repeat an n-gram", () => {
    const scores = processLogits(Float32Array.of(1, 2, 3, 4), [2, 1, 3, 1], { ...rules, noRepeatNgramSize: 2 });
    expect([...scores]).toEqual([1, 2, 3, never]);
  });

  it("do not modify the logits", () => {
    const logits = Float32Array.of(1, 2, 3, 4);
    processLogits(logits, [2, 0], { ...rules, imageTokenId: 3 });
    expect([...logits]).toEqual([1, 2, 3, 4]);
  });
});

describe("argmax", () => {
  it("returns the first of equal scores", () => {
    expect(argmax(Float32Array.of(1, 7, 7))).toBe(1);
  });

  it("accepts negative scores and ignores NaN", () => {
    expect(argmax(Float32Array.of(Number.NaN, -9, -3))).toBe(2);
  });

  it("throws RangeError when no id is allowed", () => {
    expect(() => argmax(Float32Array.of(never, Number.NaN))).toThrow(RangeError);
  });
});

describe("logSoftmax", () => {
  it("returns the logits minus the logarithm of the sum of their exponentials, in float32", () => {
    const logprobs = logSoftmax(Float32Array.of(0, 0, 0, 0));
    expect([...logprobs]).toEqual(Array.from({ length: 4 }, () => Math.fround(-Math.log(4))));
  });

  it("handles logits whose exponentials overflow, and -Infinity", () => {
    expect([...logSoftmax(Float32Array.of(5000, never))]).toEqual([0, never]);
  });

  it("does not modify the logits", () => {
    const logits = Float32Array.of(1, 2);
    logSoftmax(logits);
    expect([...logits]).toEqual([1, 2]);
  });
});

describe("logProbability", () => {
  it("is the logarithm of the softmax over the allowed ids", () => {
    const scores = Float32Array.of(1, never, 3);
    expect(logProbability(scores, 0)).toBeCloseTo(Math.log(Math.exp(1) / (Math.exp(1) + Math.exp(3))), 12);
    expect(logProbability(scores, 1)).toBe(never);
  });

  it("handles scores whose exponentials overflow", () => {
    expect(logProbability(Float32Array.of(5000, 5000), 1)).toBeCloseTo(Math.log(0.5), 12);
  });
});
