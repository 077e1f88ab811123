import { describe, expect, it } from "vitest";
import { scoredBoxes } from "../../src/florence/reference-scores.ts";

const size = { width: 1000, height: 1000 };

/** Tokens with log-probabilities 0, −1, −2, … */
function tokens(...texts: readonly string[]) {
  return texts.map((text, index) => ({ text, logprob: -index }));
}

const box = ["<loc_1>", "<loc_2>", "<loc_3>", "<loc_4>"];

describe("the original's scores", () => {
  it("are means over the locations after a single <s>", () => {
    expect(scoredBoxes(tokens("<s>", "cat", ...box, "</s>"), size)).toEqual({
      bboxes: [[1.5, 2.5, 3.5, 4.5]],
      labels: ["cat"],
      scores: [Math.exp(-3.5)],
    });
  });

  it("are means over a span too far to the left after several <s>", () => {
    // Nine characters precede "cat", but three are counted: the span starts with the last <s> and ends inside <loc_4>.
    expect(scoredBoxes(tokens("<s>", "<s>", "<s>", "cat", ...box, "</s>"), size).scores).toEqual([Math.exp(-4.5)]);
  });

  it("count a character outside the Basic Multilingual Plane once, as Python does", () => {
    expect(scoredBoxes(tokens("<s>", "😀", " dog", ...box), size)).toMatchObject({
      labels: [" dog"],
      scores: [Math.exp(-4.5)],
    });
  });

  it("are empty if there are no boxes", () => {
    expect(scoredBoxes([], size)).toEqual({ bboxes: [], labels: [], scores: [] });
  });
});
