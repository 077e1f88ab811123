import { describe, expect, it } from "vitest";
import {
  applyRules,
  argmax,
  forcedTokenId,
  logProbability,
  logSoftmax,
  repeatedNgramEnds,
  type LogitRules,
} from "../../src/decoding/logits.ts";

const rules: LogitRules = {
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

describe("a repeated n-gram", () => {
  it("is one whose other ids stand at the end already", () => {
    expect([...repeatedNgramEnds([5, 6, 7, 5, 6], 3)]).toEqual([7]);
    expect([...repeatedNgramEnds([5, 6, 7, 5, 6, 8, 5, 6], 3)]).toEqual([7, 8]);
  });

  it("counts the decoder's start token", () => {
    expect([...repeatedNgramEnds([2, 0, 4, 2, 0], 3)]).toEqual([4]);
  });

  it("of one id is every id that is there", () => {
    expect([...repeatedNgramEnds([5, 6], 1)]).toEqual([5, 6]);
  });

  it("does not exist while the sequence is shorter, nor when the rule is off", () => {
    expect(repeatedNgramEnds([5, 6], 3).size).toBe(0);
    expect(repeatedNgramEnds([5, 5, 5], 0).size).toBe(0);
  });
});

describe("the rules", () => {
  it("leave nothing but the forced first id at the first place", () => {
    expect([...applyRules(Float32Array.of(1, 2, 3, 4), [2], rules)]).toEqual([0, never, never, never]);
  });

  it("leave nothing but the forced last id at the last place", () => {
    const sequence = Array.from({ length: 9 }, () => 3);
    expect([...applyRules(Float32Array.of(1, 2, 3, 4), sequence, rules)]).toEqual([never, never, 0, never]);
  });

  it("let the last place win over the first when they are the same", () => {
    expect(forcedTokenId(1, { ...rules, maxLength: 2 })).toBe(2);
  });

  it("force nothing where the checkpoint forces nothing", () => {
    expect(forcedTokenId(1, { ...rules, forcedFirstTokenId: undefined })).toBeUndefined();
    expect(forcedTokenId(9, { ...rules, forcedLastTokenId: undefined })).toBeUndefined();
  });

  it("cut off the logits' rows behind the vocabulary", () => {
    expect([...applyRules(Float32Array.of(1, 2, 3, 4, 99), [2, 0], rules)]).toEqual([1, 2, 3, 4]);
  });

  it("never let the image's placeholder be written", () => {
    const scores = applyRules(Float32Array.of(1, 2, 3, 4), [2, 0], { ...rules, imageTokenId: 3 });
    expect([...scores]).toEqual([1, 2, 3, never]);
  });

  it("forbid what would repeat an n-gram", () => {
    const scores = applyRules(Float32Array.of(1, 2, 3, 4), [2, 1, 3, 1], { ...rules, noRepeatNgramSize: 2 });
    expect([...scores]).toEqual([1, 2, 3, never]);
  });

  it("leave the logits as they came", () => {
    const logits = Float32Array.of(1, 2, 3, 4);
    applyRules(logits, [2, 0], { ...rules, imageTokenId: 3 });
    expect([...logits]).toEqual([1, 2, 3, 4]);
  });
});

describe("the highest score", () => {
  it("is the first of equal ones", () => {
    expect(argmax(Float32Array.of(1, 7, 7))).toBe(1);
  });

  it("may be negative, and is never a NaN", () => {
    expect(argmax(Float32Array.of(Number.NaN, -9, -3))).toBe(2);
  });

  it("is missing when nothing is allowed", () => {
    expect(() => argmax(Float32Array.of(never, Number.NaN))).toThrow(RangeError);
  });
});

describe("log-probabilities of a whole row", () => {
  it("are the logits less the logarithm of their exponentials' sum, in float32", () => {
    const logprobs = logSoftmax(Float32Array.of(0, 0, 0, 0));
    expect([...logprobs]).toEqual(Array.from({ length: 4 }, () => Math.fround(-Math.log(4))));
  });

  it("survive logits whose exponentials do not fit a number, and ones that exclude an id", () => {
    expect([...logSoftmax(Float32Array.of(5000, never))]).toEqual([0, never]);
  });

  it("leave the logits as they came", () => {
    const logits = Float32Array.of(1, 2);
    logSoftmax(logits);
    expect([...logits]).toEqual([1, 2]);
  });
});

describe("a log-probability", () => {
  it("is that of the softmax over what is allowed", () => {
    const scores = Float32Array.of(1, never, 3);
    expect(logProbability(scores, 0)).toBeCloseTo(Math.log(Math.exp(1) / (Math.exp(1) + Math.exp(3))), 12);
    expect(logProbability(scores, 1)).toBe(never);
  });

  it("survives scores whose exponentials do not fit a number", () => {
    expect(logProbability(Float32Array.of(5000, 5000), 1)).toBeCloseTo(Math.log(0.5), 12);
  });
});
