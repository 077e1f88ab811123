import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arrowKeyOffset,
  fromPixels,
  type Handle,
  MIN_SIDE,
  moveHandle,
  regionBetween,
  toPixels,
} from "../../src/playground/region.ts";

const coordinate = fc.double({ min: -2, max: 3, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });
const region = fc.tuple(point, point).map(([one, other]) => regionBetween(one, other));
const size = fc.record({ width: fc.integer({ min: 1, max: 5000 }), height: fc.integer({ min: 1, max: 5000 }) });
const handle = fc.constantFrom<Handle>("whole", "start", "end");

/** Tolerance for rounding errors of a sum. */
const EPSILON = 1e-9;

function isInside({ x1, y1, x2, y2 }: ReturnType<typeof regionBetween>): boolean {
  const isIn = [x1, y1, x2, y2].every((value) => value >= -EPSILON && value <= 1 + EPSILON);
  return isIn && x2 - x1 >= MIN_SIDE - EPSILON && y2 - y1 >= MIN_SIDE - EPSILON;
}

describe("a region", () => {
  it("is inside the image and at least MIN_SIDE wide and high", () => {
    fc.assert(
      fc.property(region, (result) => {
        expect(isInside(result)).toBe(true);
      }),
    );
  });

  it("stays so after any move", () => {
    fc.assert(
      fc.property(region, handle, point, (start, movedHandle, offset) => {
        expect(isInside(moveHandle(start, movedHandle, offset))).toBe(true);
      }),
    );
  });

  it("keeps its size if the whole is moved, and the other corner if one corner is moved", () => {
    fc.assert(
      fc.property(region, point, (start, offset) => {
        const moved = moveHandle(start, "whole", offset);
        expect(moved.x2 - moved.x1).toBeCloseTo(start.x2 - start.x1, 9);
        expect(moved.y2 - moved.y1).toBeCloseTo(start.y2 - start.y1, 9);
      }),
    );
    expect(moveHandle({ x1: 0.2, y1: 0.2, x2: 0.6, y2: 0.6 }, "end", { x: 0.1, y: -0.1 })).toEqual({
      x1: 0.2,
      y1: 0.2,
      x2: 0.7,
      y2: 0.5,
    });
    expect(moveHandle({ x1: 0.2, y1: 0.2, x2: 0.6, y2: 0.6 }, "start", { x: 0.1, y: 0.1 })).toMatchObject({
      x2: 0.6,
      y2: 0.6,
    });
  });

  it("in pixels has integer corners inside the image and is not empty, as the API requires", () => {
    fc.assert(
      fc.property(region, size, (normalized, image) => {
        const { x1, y1, x2, y2 } = toPixels(normalized, image);
        expect([x1, y1, x2, y2].every(Number.isInteger)).toBe(true);
        expect(x1 >= 0 && x1 < x2 && x2 <= image.width && y1 >= 0 && y1 < y2 && y2 <= image.height).toBe(true);
      }),
    );
  });

  it("survives the conversion to pixels and back within two pixels", () => {
    fc.assert(
      fc.property(region, (normalized) => {
        const image = { width: 1000, height: 800 };
        const back = fromPixels(toPixels(normalized, image), image);
        for (const side of ["x1", "y1", "x2", "y2"] as const) {
          expect(Math.abs(back[side] - normalized[side])).toBeLessThan(2 / 800);
        }
      }),
    );
  });
});

describe("arrow keys", () => {
  it("move by one step, with Shift by ten", () => {
    expect(arrowKeyOffset("ArrowLeft", false)).toEqual({ x: -0.005, y: 0 });
    expect(arrowKeyOffset("ArrowDown", true)).toEqual({ x: 0, y: 0.05 });
    expect(arrowKeyOffset("a", false)).toBeUndefined();
  });
});
