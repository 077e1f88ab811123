import { describe, expect, it } from "vitest";
import { parse } from "../../src/florence/parse.ts";
import { expandShort, outlinesOf, parseShort } from "../support/short-generation.ts";

describe("a polygon", () => {
  const square = "0 0 9 0 9 9 0 9";

  it("is in pixels and in 0..1, with the bounding box of all its parts", () => {
    const answer = parse(expandShort("⟨0 0 1 0 1 1 7⟩<sep>⟨4 4 5 4 5 5⟩"), "region-to-segmentation", {
      width: 100,
      height: 200,
    });
    expect(answer).toEqual({
      type: "polygons",
      objects: [
        {
          label: "",
          box: { x1: 0.05, y1: 0.1, x2: 0.55, y2: 1.1 },
          normalizedBox: { x1: 0.0005, y1: 0.0005, x2: 0.0055, y2: 0.0055 },
          polygons: [
            [
              { x: 0.05, y: 0.1 },
              { x: 0.15, y: 0.1 },
              { x: 0.15, y: 0.3 },
            ],
            [
              { x: 0.45, y: 0.9 },
              { x: 0.55, y: 0.9 },
              { x: 0.55, y: 1.1 },
            ],
          ],
          normalizedPolygons: [
            [
              { x: 0.0005, y: 0.0005 },
              { x: 0.0015, y: 0.0005 },
              { x: 0.0015, y: 0.0015 },
            ],
            [
              { x: 0.0045, y: 0.0045 },
              { x: 0.0055, y: 0.0045 },
              { x: 0.0055, y: 0.0055 },
            ],
          ],
          locations: [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12],
        },
      ],
    });
  });

  it.each([
    ["has parts between separators", `⟨${square}⟩<sep>⟨1 1 2 2 3 3⟩`, [["", square, "1 1 2 2 3 3"]]],
    [
      "ends with </poly>",
      `<poly>⟨${square}⟩</poly><poly>⟨${square}⟩</poly>`,
      [
        ["", square],
        ["", square],
      ],
    ],
    [
      "ends with words",
      `⟨${square}⟩ ⟨${square}⟩`,
      [
        ["", square],
        ["", square],
      ],
    ],
    ["has no label in a segmentation", `cat⟨${square}⟩`, [["", square]]],
    ["keeps its points if the end cuts it off", `<poly>⟨${square} 5⟩`, [["", square]]],
    ["loses a part of two points", `⟨${square}⟩<sep>⟨1 1 2 2⟩`, [["", square]]],
    ["is dropped if it has two points", "⟨1 1 2 2⟩", []],
    ["continues across framing tokens", "⟨1 1 2 2⟩<pad>⟨3 3⟩", [["", "1 1 2 2 3 3"]]],
    ["stays inside the image", "⟨1000 0 1 2 3 4⟩", [["", "999 0 1 2 3 4"]]],
  ])("%s", (_, short, expected) => {
    expect(outlinesOf(parseShort("referring-expression-segmentation", short))).toEqual(expected);
  });

  it("of open-vocabulary detection has its own label or the one before", () => {
    const short = `cat<poly>⟨${square}⟩</poly><poly>⟨${square}⟩</poly>a dog<poly>⟨${square}⟩</poly>`;
    const expected = ["cat", "cat", "a dog"].map((label) => [label, square]);
    expect(outlinesOf(parseShort("open-vocabulary-detection", short))).toEqual(expected);
  });
});
