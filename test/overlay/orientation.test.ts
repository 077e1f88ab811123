import * as fc from "fast-check";
import { expect, it } from "vitest";
import { storedImagePlacement } from "../../src/overlay/orientation.ts";
import { traversalOrder } from "../../src/pixels/orientation.ts";

function numbersIn(attribute: string, placement: string): readonly number[] {
  const value = new RegExp(`${attribute}="(?:matrix\\()?([^")]*)`, "u").exec(placement)?.[1] ?? "";
  return value.split(" ").map(Number);
}

it("places every stored pixel where the model sees it, in every orientation", () => {
  const side = fc.integer({ min: 1, max: 20 });
  const property = fc.property(side, side, fc.integer({ min: 2, max: 8 }), (width, height, orientation) => {
    const placement = storedImagePlacement({ width, height }, orientation);
    const [storedWidth = 0] = numbersIn("width", placement);
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = numbersIn("transform", placement);
    const { first, columnStride, rowStride } = traversalOrder({ width, height }, orientation);
    for (let at = 0; at < width * height; at += 1) {
      const [x, y] = [at % width, Math.floor(at / width)];
      const stored = first + x * columnStride + y * rowStride;
      const [u, v] = [(stored % storedWidth) + 0.5, Math.floor(stored / storedWidth) + 0.5];
      expect([a * u + c * v + e, b * u + d * v + f]).toEqual([x + 0.5, y + 0.5]);
    }
  });
  fc.assert(property);
});

it("has no transform for an image that is stored as it is displayed", () => {
  expect(storedImagePlacement({ width: 4, height: 3 })).toBe('width="4" height="3"');
});
