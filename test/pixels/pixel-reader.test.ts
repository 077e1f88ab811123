import { expect, it } from "vitest";
import { createPixelReader } from "../../src/pixels/pixel-reader.ts";
import { overWhite } from "../../src/pixels/resize-image.ts";

it("passes on what the first call of `read` returned, or threw, after the codec has returned", () => {
  const sum = createPixelReader((rgba) => rgba.length);
  expect(sum.result()).toBeUndefined();
  sum.receive(new Uint8Array(4));
  sum.receive(new Uint8Array(8));
  expect(sum.result()).toBe(4);

  const failing = createPixelReader(() => {
    throw new RangeError("of another size");
  });
  expect(() => failing.receive(new Uint8Array(4))).not.toThrow();
  expect(() => failing.result()).toThrow(RangeError);
});

it("composites each value with each alpha over white as Math.round does", () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const wrong = bytes.filter((value) =>
    bytes.some((alpha) => overWhite(value, alpha) !== Math.round((value * alpha + 255 * (255 - alpha)) / 255)),
  );
  expect(wrong).toEqual([]);
});
