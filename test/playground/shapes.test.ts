import { describe, expect, it } from "vitest";
import { cornersOf, objectsIn, shapesOf, textIn } from "../../src/playground/shapes.ts";

const box = { x1: 0.1, y1: 0.2, x2: 0.5, y2: 0.6 };
const corners = [
  { x: 0.1, y: 0.2 },
  { x: 0.5, y: 0.2 },
  { x: 0.5, y: 0.6 },
  { x: 0.1, y: 0.6 },
];

describe("shapes", () => {
  it("have the most exact outline of an object", () => {
    const ring = [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 1, y: 1 },
    ];
    const objects = [
      { label: "cat", score: 0.5, normalized_box: box },
      { label: "word", score: 0.4, normalized_box: box, normalized_quad: ring },
      { label: "", score: 0.3, normalized_box: box, normalized_polygons: [ring, ring] },
    ];
    expect(shapesOf(objects)).toEqual([
      { label: "cat", score: 0.5, box, rings: [corners], isFilled: false },
      { label: "word", score: 0.4, box, rings: [ring], isFilled: false },
      { label: "", score: 0.3, box, rings: [ring, ring], isFilled: true },
    ]);
  });

  it("have corners for every format of a box", () => {
    const formats = [box, { x: 0.1, y: 0.2, width: 0.4, height: 0.4 }, { cx: 0.3, cy: 0.4, width: 0.4, height: 0.4 }];
    for (const each of formats) {
      const result = cornersOf(each);
      for (const side of ["x1", "y1", "x2", "y2"] as const) expect(result[side]).toBeCloseTo(box[side], 9);
    }
  });

  it.each([[undefined], [null], ["<svg/>"], [{ type: "flat", labels: "cat" }], [{ objects: [1, null, {}] }]])(
    "are empty for %j",
    (data) => {
      expect(shapesOf(objectsIn(data))).toEqual([]);
    },
  );
});

it("textIn returns the text of text answers only", () => {
  expect(textIn({ type: "text", text: "a cat" })).toBe("a cat");
  expect([textIn({ type: "boxes", objects: [] }), textIn({ type: "flat", text: "a cat" }), textIn(undefined)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
