import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Answer } from "../../src/contract/answers.ts";
import { limited } from "../../src/forms/limit.ts";
import { anyAnswer, oneOfEach, scoredBoxes } from "../support/answers.ts";

function labelsOf(answer: Answer): readonly string[] {
  return answer.type === "text" ? [] : answer.objects.map(({ label }) => label);
}

describe("limited", () => {
  it("removes objects below min_score, and keeps those equal to it", () => {
    expect(labelsOf(limited(scoredBoxes(0.2, 0.5, 0.49, 0.9), { min_score: 0.5 }))).toEqual(["1", "3"]);
  });

  it("keeps the best objects in the model's order", () => {
    expect(labelsOf(limited(scoredBoxes(0.2, 0.9, 0.1, 0.5), { max_objects: 2 }))).toEqual(["1", "3"]);
  });

  it("keeps the first of equal scores", () => {
    expect(labelsOf(limited(scoredBoxes(0.5, 0.9, 0.5, 0.5), { max_objects: 2 }))).toEqual(["0", "1"]);
  });

  it("applies max_objects to the objects that reach min_score", () => {
    expect(labelsOf(limited(scoredBoxes(0.2, 0.9, 0.1), { min_score: 0.5, max_objects: 2 }))).toEqual(["1"]);
  });

  it("returns an answer unchanged without limits, and any text", () => {
    for (const answer of oneOfEach) expect(limited(answer, {})).toBe(answer);
    expect(limited(oneOfEach[0] ?? scoredBoxes(), { min_score: 1 })).toBe(oneOfEach[0]);
  });

  it("keeps at most max_objects objects, in their order, and removes none that is better", () => {
    const property = fc.property(anyAnswer, fc.integer({ min: 1, max: 5 }), (answer, max_objects) => {
      if (answer.type === "text") return;
      const shown = limited(answer, { max_objects });
      if (shown.type === "text") throw new Error("Objects became a text.");
      const remaining: ReadonlySet<unknown> = new Set(shown.objects);
      expect(shown.objects.length).toBe(Math.min(max_objects, answer.objects.length));
      expect([...answer.objects].filter((each) => remaining.has(each))).toEqual(shown.objects);
      const lowest = Math.min(...shown.objects.map(({ score }) => score));
      const others = [...answer.objects].filter((each) => !remaining.has(each));
      expect(others.every(({ score }) => score <= lowest)).toBe(true);
    });
    fc.assert(property);
  });
});
