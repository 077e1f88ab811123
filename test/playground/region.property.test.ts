import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arrowDistance,
  between,
  fromPixels,
  type Grip,
  inPixels,
  MIN_SIDE,
  moved,
} from "../../src/playground/region.ts";

const coordinate = fc.double({ min: -2, max: 3, noNaN: true });
const place = fc.record({ x: coordinate, y: coordinate });
const region = fc.tuple(place, place).map(([one, other]) => between(one, other));
const size = fc.record({ width: fc.integer({ min: 1, max: 5000 }), height: fc.integer({ min: 1, max: 5000 }) });
const grip = fc.constantFrom<Grip>("whole", "start", "end");

/** Room for the last bit of a sum. */
const EPSILON = 1e-9;

function isInside({ x1, y1, x2, y2 }: ReturnType<typeof between>): boolean {
  const isIn = [x1, y1, x2, y2].every((value) => value >= -EPSILON && value <= 1 + EPSILON);
  return isIn && x2 - x1 >= MIN_SIDE - EPSILON && y2 - y1 >= MIN_SIDE - EPSILON;
}

describe("a region", () => {
  it("is inside the picture and large enough to be taken hold of, however it is drawn", () => {
    fc.assert(
      fc.property(region, (drawn) => {
        expect(isInside(drawn)).toBe(true);
      }),
    );
  });

  it("stays so however it is moved", () => {
    fc.assert(
      fc.property(region, grip, place, (drawn, by, distance) => {
        expect(isInside(moved(drawn, by, distance))).toBe(true);
      }),
    );
  });

  it("keeps its size when the whole is moved, and its other corner when one is", () => {
    fc.assert(
      fc.property(region, place, (drawn, distance) => {
        const whole = moved(drawn, "whole", distance);
        expect(whole.x2 - whole.x1).toBeCloseTo(drawn.x2 - drawn.x1, 9);
        expect(whole.y2 - whole.y1).toBeCloseTo(drawn.y2 - drawn.y1, 9);
      }),
    );
    expect(moved({ x1: 0.2, y1: 0.2, x2: 0.6, y2: 0.6 }, "end", { x: 0.1, y: -0.1 })).toEqual({
      x1: 0.2,
      y1: 0.2,
      x2: 0.7,
      y2: 0.5,
    });
    expect(moved({ x1: 0.2, y1: 0.2, x2: 0.6, y2: 0.6 }, "start", { x: 0.1, y: 0.1 })).toMatchObject({
      x2: 0.6,
      y2: 0.6,
    });
  });

  it("in pixels is whole, inside the picture and not empty, as the API wants it", () => {
    fc.assert(
      fc.property(region, size, (drawn, picture) => {
        const { x1, y1, x2, y2 } = inPixels(drawn, picture);
        expect([x1, y1, x2, y2].every(Number.isInteger)).toBe(true);
        expect(x1 >= 0 && x1 < x2 && x2 <= picture.width && y1 >= 0 && y1 < y2 && y2 <= picture.height).toBe(true);
      }),
    );
  });

  it("comes back from pixels as it went, but for less than a pixel", () => {
    fc.assert(
      fc.property(region, (drawn) => {
        const picture = { width: 1000, height: 800 };
        const back = fromPixels(inPixels(drawn, picture), picture);
        for (const side of ["x1", "y1", "x2", "y2"] as const) {
          expect(Math.abs(back[side] - drawn[side])).toBeLessThan(2 / 800);
        }
      }),
    );
  });
});

describe("arrow keys", () => {
  it("move by a step, with Shift by ten", () => {
    expect(arrowDistance("ArrowLeft", false)).toEqual({ x: -0.005, y: 0 });
    expect(arrowDistance("ArrowDown", true)).toEqual({ x: 0, y: 0.05 });
    expect(arrowDistance("a", false)).toBeUndefined();
  });
});
