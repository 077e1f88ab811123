import { describe, expect, it } from "vitest";
import { Answer } from "../../src/contract/answers.ts";
import { mergeAnswers } from "../../src/answering/render.ts";

const box = { x1: 1, y1: 2, x2: 3, y2: 4 };
const object = { label: "cat", score: 0.5, box, normalized_box: box };
const common = {
  task: "open-vocabulary-detection",
  source: { width: 10, height: 10 },
  model: { id: "fake", revision: "1", dtype: "fp32" },
  finish_reason: "stop",
  usage: { prompt_tokens: 3, completion_tokens: 4 },
  score_type: "x",
  box_format: "xyxy",
} as const;
const boxes: Answer = { type: "boxes", ...common, objects: [object] };
const ring = [
  { x: 5, y: 5 },
  { x: 6, y: 5 },
  { x: 6, y: 6 },
];
const outline = { ...object, label: "dog", polygons: [ring], normalized_polygons: [ring] };
const polygons: Answer = { type: "polygons", ...common, objects: [outline] };

describe("mergeAnswers", () => {
  it("returns a single answer unchanged", () => {
    expect(mergeAnswers([boxes])).toEqual(boxes);
  });

  it("adds up the tokens and keeps the order of the objects", () => {
    const merged = mergeAnswers([boxes, { ...boxes, objects: [{ ...object, label: "dog" }] }]);
    expect(merged.usage).toEqual({ prompt_tokens: 6, completion_tokens: 8 });
    expect(merged.type === "boxes" && merged.objects.map(({ label }) => label)).toEqual(["cat", "dog"]);
  });

  it("returns polygons if one answer is polygons: boxes become their four corners", () => {
    const merged = Answer.parse(mergeAnswers([boxes, polygons]));
    const corners = [
      { x: 1, y: 2 },
      { x: 3, y: 2 },
      { x: 3, y: 4 },
      { x: 1, y: 4 },
    ];
    expect(merged.type === "polygons" && merged.objects.map((each) => each.polygons)).toEqual([[corners], [ring]]);
  });
});
