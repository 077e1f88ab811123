import { describe, expect, it } from "vitest";
import { printJson, restrictToShown } from "../../tools/docs/printed.ts";

describe("an answer as a page shows it", () => {
  it("has the answer's values for the page's keys", () => {
    const shown = { type: "a", objects: [{ label: "snail" }, { label: "truck", score: 1 }] };
    const actual = { type: "b", more: 1, objects: [1, 2, 3].map((score) => ({ label: `${score}`, score })) };
    expect(restrictToShown(shown, actual)).toEqual({
      type: "b",
      objects: [{ label: "1" }, { label: "2", score: 2 }, { label: "3", score: 3 }],
    });
  });

  it("has lists of numbers and null unchanged", () => {
    expect(restrictToShown({ ids: [1, 2], problem: {} }, { ids: [3], problem: null })).toEqual({
      ids: [3],
      problem: null,
    });
  });

  it("is printed as JSON, with line breaks where a line would be too long", () => {
    const value = { label: "x".repeat(100), box: { x1: 1, y1: 2 }, list: [{ a: "y".repeat(170) }, [], {}] };
    const text = printJson(value);
    expect(JSON.parse(text)).toEqual(value);
    expect(text.split("\n")[2]).toBe('  "box": { "x1": 1, "y1": 2 },');
    expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(190);
  });
});
