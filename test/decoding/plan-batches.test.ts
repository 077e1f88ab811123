import { describe, expect, it } from "vitest";
import { MAX_BATCH_ROWS, planBatches, planEncoderBatches } from "../../src/decoding/plan-batches.ts";
import { ISOLATE_MAX_CACHED_TOKENS } from "../../src/placements/embedded.ts";
import { plainRules } from "../support/toy-searches.ts";

const rules = { ...plainRules, maxLength: 11 };
const prompts = [10, 20, 10, 40, 10].map((tokens) => ({ tokens }));
const sizes = (maxCachedTokens: number, beams = 1) =>
  planBatches(prompts, { rules: { ...rules, beams }, maxCachedTokens }).map((batch) =>
    batch.map(({ tokens }) => tokens),
  );

const encoderSizes = (maxTokens: number) =>
  planEncoderBatches(prompts, maxTokens).map((piece) => piece.map(({ tokens }) => tokens));

/** The limits of an isolate with the generation length of the mini model. */
const isolate = (beams: number) => ({
  rules: { ...rules, maxLength: 257, beams },
  maxCachedTokens: ISOLATE_MAX_CACHED_TOKENS,
});

describe("prompts", () => {
  it("are batched as long as the padded prompts and their generations fit", () => {
    expect(sizes(249)).toEqual([[10, 20, 10, 40], [10]]);
    expect(sizes(250)).toEqual([[10, 20, 10, 40, 10]]);
    expect(sizes(90)).toEqual([[10, 20, 10], [40], [10]]);
  });

  it("count once for each beam", () => {
    expect(sizes(120, 2)).toEqual([[10, 20], [10], [40], [10]]);
  });

  it.each([
    [1, MAX_BATCH_ROWS],
    [2, 2],
    [5, 1],
  ])("with %i beams form batches of at most %i, since others wait for the end of a batch", (beams, expected) => {
    const many = Array.from({ length: 12 }, () => ({ tokens: 10 }));
    const batches = planBatches(many, { rules: { ...rules, beams }, maxCachedTokens: 1e6 });
    expect(Math.max(...batches.map(({ length }) => length))).toBe(expected);
  });

  it("are encoded in batches of at most the given padded tokens; a longer prompt is encoded alone", () => {
    expect(encoderSizes(60)).toEqual([[10, 20, 10], [40], [10]]);
    expect(encoderSizes(80)).toEqual([
      [10, 20, 10],
      [40, 10],
    ]);
    expect(encoderSizes(1)).toEqual([[10], [20], [10], [40], [10]]);
    expect(planEncoderBatches([], 1)).toEqual([]);
  });

  it("are rejected when a single one does not fit, and the problem states how many tokens would", () => {
    expect(sizes(50)).toHaveLength(5);
    const message = "With 2 beams and this prompt, memory is enough for 9 tokens.";
    expect(() => sizes(99, 2)).toThrow(
      expect.objectContaining({ code: "invalid-request", issues: [{ path: "max_new_tokens", message }] }),
    );
  });

  it("fit into an isolate with five beams, or three with the longest prompt, and the mini model's 256 tokens", () => {
    expect(planBatches([{ tokens: 65 + 12 }], isolate(5))).toHaveLength(1);
    expect(planBatches([{ tokens: 65 + 256 }], isolate(3))).toHaveLength(1);
    expect(() => planBatches([{ tokens: 65 + 256 }], isolate(4))).toThrow(
      expect.objectContaining({ code: "invalid-request" }),
    );
  });
});
