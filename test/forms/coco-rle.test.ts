import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cocoRle } from "../../src/forms/coco-rle.ts";
import { pixelsOf, runsOf } from "../support/coco-mask.ts";
import vectors from "../vectors/coco-rle/masks.json" with { type: "json" };

const side = fc.integer({ min: 1, max: 40 });
const point = fc.record({
  x: fc.double({ min: 0, max: 40, noNaN: true }),
  y: fc.double({ min: 0, max: 40, noNaN: true }),
});
const ring = fc.array(point, { minLength: 3, maxLength: 12 });

describe("cocoRle", () => {
  it("equals pycocotools for one ring and for several merged rings, character by character", () => {
    const masks = vectors.masks.map(({ width, height, rings }) => cocoRle(rings, { width, height }));
    expect(masks).toEqual(vectors.masks.map(({ width, height, counts }) => ({ size: [height, width], counts })));
  });

  it("covers as many pixels as pycocotools counts", () => {
    const areas = vectors.masks.map(({ counts }) => runsOf(counts).reduce((sum, run, at) => sum + (at % 2) * run, 0));
    expect(areas).toEqual(vectors.masks.map(({ area }) => area));
  });

  it("covers the pixels of a box and no others", () => {
    const corners = [
      { x: 1, y: 0 },
      { x: 3, y: 0 },
      { x: 3, y: 2 },
      { x: 1, y: 2 },
    ];
    // Column-major, 4 x 3 pixels: the first column is empty; in the next two, all but the lowest pixel are covered.
    const [o, x] = [false, true];
    expect(pixelsOf(cocoRle([corners], { width: 4, height: 3 }).counts)).toEqual([o, o, o, x, x, o, x, x, o, o, o, o]);
  });

  it("is one run of background if there is no ring", () => {
    expect(runsOf(cocoRle([], { width: 5, height: 4 }).counts)).toEqual([20]);
  });

  it("has runs that add up to the image, and no empty run except the first, for any rings", () => {
    const property = fc.property(side, side, fc.array(ring, { maxLength: 3 }), (width, height, rings) => {
      const runs = runsOf(cocoRle(rings, { width, height }).counts);
      expect(runs.reduce((sum, run) => sum + run, 0)).toBe(width * height);
      expect(runs.slice(1).every((run) => run > 0)).toBe(true);
    });
    fc.assert(property);
  });

  it("covers the union of several rings", () => {
    const property = fc.property(side, side, ring, ring, (width, height, one, other) => {
      const size = { width, height };
      const [both, first, second] = [[one, other], [one], [other]].map((rings) =>
        pixelsOf(cocoRle(rings, size).counts),
      );
      expect(both).toEqual(first?.map((isCovered, at) => isCovered || second?.[at]));
    });
    fc.assert(property);
  });
});
