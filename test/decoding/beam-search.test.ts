import { describe, expect, it } from "vitest";
import { createBeamSearch } from "../../src/decoding/beam-search.ts";
import { createGreedySearch } from "../../src/decoding/greedy-search.ts";
import { logSoftmax, type GenerationSettings } from "../../src/decoding/logits.ts";
import type { SearchResult } from "../../src/decoding/search.ts";
import { runSearch } from "../../tools/search-runner.ts";
import { plainRules, scripted } from "../support/toy-searches.ts";

const beamRules: GenerationSettings = { ...plainRules, beams: 3, forcedFirstTokenId: 0 };
const idsOf = ({ tokens }: SearchResult) => tokens.map(({ id }) => id);

/** Logits with one continuation that is slightly better at first and much worse afterwards. */
function trap(sequence: readonly number[]): Float32Array {
  const generated = sequence.slice(2).join();
  const logits: Readonly<Record<string, readonly number[]>> = {
    "": [0, 2.1, 0, 2],
    "1": [0, 0, 0, 0],
    "3": [0, 0, 9, 0],
  };
  return Float32Array.from(logits[generated] ?? [0, 0, 9, 0]);
}

/** Four logits that select 0, 1, 2, and a fifth one without a token in the vocabulary. */
const wide = (sequence: readonly number[]) => Float32Array.of(...scripted([0, 1, 2])(sequence), 9);

describe("beam search", () => {
  it("finds the more probable sequence after a less probable first step", () => {
    const greedy = runSearch(createGreedySearch({ ...beamRules, forcedFirstTokenId: 0 }), trap);
    const best = runSearch(createBeamSearch(beamRules), trap);
    expect(idsOf(greedy)[1]).toBe(1);
    expect(best).toMatchObject({ finishReason: "stop" });
    expect(idsOf(best)).toEqual([0, 3, 2]);
  });

  it("reports length as the finish reason if the limit forced the end token", () => {
    const rules = { ...beamRules, forcedLastTokenId: 2, maxLength: 4 };
    const result = runSearch(createBeamSearch(rules), scripted([0, 1, 3, 1]));
    expect(idsOf(result)).toEqual([0, 1, 2]);
    expect(result.finishReason).toBe("length");
  });

  it("feeds a single row until sequences differ", () => {
    const start = createBeamSearch(beamRules);
    expect(start.rows).toEqual([{ source: 0, id: 2 }]);
    const second = start.next([Float32Array.of(0, 0, 0, 0)]);
    expect(second).toMatchObject({ rows: [{ source: 0, id: 0 }], certain: [{ id: 0, logprob: 0 }] });
    const third = "next" in second ? second.next([Float32Array.of(0, 3, -9, 2)]) : second;
    expect(third).toMatchObject({
      rows: [
        { source: 0, id: 1 },
        { source: 0, id: 3 },
        { source: 0, id: 0 },
      ],
    });
  });

  it("never generates an id outside the vocabulary, but includes it in the softmax", () => {
    const { tokens } = runSearch(createBeamSearch(beamRules), wide);
    expect(tokens.map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(tokens[1]?.logprob).toBe(logSoftmax(wide([2, 0]))[1]);
  });
});
