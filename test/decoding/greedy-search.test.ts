import { describe, expect, it } from "vitest";
import { createGreedySearch } from "../../src/decoding/greedy-search.ts";
import type { GenerationSettings } from "../../src/decoding/logits.ts";
import { runSearch } from "../../tools/search-runner.ts";
import { plainRules, scripted } from "../support/toy-searches.ts";

function search(ids: readonly number[], changes: Partial<GenerationSettings> = {}) {
  const { tokens, finishReason } = runSearch(createGreedySearch({ ...plainRules, ...changes }), scripted(ids));
  return { ids: tokens.map(({ id }) => id), logprobs: tokens.map(({ logprob }) => logprob), finishReason };
}

describe("greedy search", () => {
  it("stops at the end token and reports stop", () => {
    expect(search([1, 3, 2, 1])).toMatchObject({ ids: [1, 3, 2], finishReason: "stop" });
  });

  it("reports length if the limit forced the end token", () => {
    const rules = { forcedLastTokenId: 2, maxLength: 4 };
    expect(search([1, 3, 1, 1], rules)).toMatchObject({ ids: [1, 3, 2], finishReason: "length" });
  });

  it("ends at the limit and reports length if no id is forced", () => {
    expect(search([1, 1, 1, 1, 1], { maxLength: 4 })).toMatchObject({ ids: [1, 1, 1], finishReason: "length" });
  });

  it("reports stop for an end token at the last position that was not forced", () => {
    expect(search([1, 1, 2], { maxLength: 4 })).toMatchObject({ ids: [1, 1, 2], finishReason: "stop" });
  });

  it("gives a forced id the probability 1 and other ids their share", () => {
    const { ids, logprobs } = search([1, 2], { forcedFirstTokenId: 0 });
    expect(ids).toEqual([0, 2]);
    expect(logprobs[0]).toBe(0);
    expect(logprobs[1]).toBeCloseTo(1 - Math.log(Math.E + 3), 12);
  });

  it("is certain of every id immediately, and feeds one row", () => {
    const start = createGreedySearch(plainRules);
    const next = start.next([scripted([1, 3])([2])]);
    expect(next).toMatchObject({ rows: [{ source: 0, id: 1 }], certain: [{ id: 1 }] });
    expect(start).toMatchObject({ rows: [{ source: 0, id: 2 }], certain: [] });
  });
});
