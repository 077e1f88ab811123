import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBeamSearch } from "../../src/decoding/beam-search.ts";
import { createGreedySearch } from "../../src/decoding/greedy-search.ts";
import { processLogits, logSoftmax } from "../../src/decoding/logits.ts";
import type { Search, SearchResult } from "../../src/decoding/search.ts";
import { runSearch } from "../../tools/search-runner.ts";
import { toyModels, toyRules } from "../support/toy-searches.ts";

const idsOf = ({ tokens }: SearchResult) => tokens.map(({ id }) => id);

/** Wraps a search so that each of its states is appended to `states`. */
function recorded(search: Search, states: Search[]): Search {
  states.push(search);
  const next: Search["next"] = (logits) => {
    const result = search.next(logits);
    return "tokens" in result ? result : recorded(result, states);
  };
  return { ...search, next };
}

describe("on any toy model, beam search", () => {
  it("with one beam and early stopping generates the same as greedy search", () => {
    fc.assert(
      fc.property(toyModels, toyRules, (logitsOf, given) => {
        const rules = { ...given, beams: 1, earlyStopping: true };
        // Distinct scores: of equal ones, greedy search takes the first and torch's topk another.
        const distinct = (sequence: readonly number[]) => logitsOf(sequence).map((logit, id) => logit + id / 64);
        const beam = runSearch(createBeamSearch(rules), distinct);
        const greedy = runSearch(createGreedySearch(rules), distinct);
        expect([idsOf(beam), beam.finishReason]).toEqual([idsOf(greedy), greedy.finishReason]);
      }),
    );
  });

  it("returns a result that begins with the certain tokens of each state", () => {
    fc.assert(
      fc.property(toyModels, toyRules, (logitsOf, rules) => {
        const states: Search[] = [];
        const { tokens, calls } = runSearch(recorded(createBeamSearch(rules), states), logitsOf);
        expect(states).toHaveLength(calls);
        for (const { certain } of states) expect(tokens.slice(0, certain.length)).toEqual(certain);
      }),
    );
  });

  it("returns the log-probability of each token at its position, repeats no n-gram and observes the length limit", () => {
    fc.assert(
      fc.property(toyModels, toyRules, (logitsOf, rules) => {
        const { tokens } = runSearch(createBeamSearch(rules), logitsOf);
        expect(tokens.length).toBeLessThan(rules.maxLength);
        for (const [at, { id, logprob }] of tokens.entries()) {
          const sequence = [2, ...tokens.slice(0, at).map((token) => token.id)];
          expect(processLogits(logSoftmax(logitsOf(sequence)), sequence, rules)[id]).toBe(logprob);
        }
      }),
    );
  });
});
