import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { composedRows, straightRows } from "../../src/raster/compose.ts";
import { joinBytes } from "../support/image-bytes.ts";

const byte = fc.nat(255);

/** Pixels of two rows with premultiplied alpha: no channel is above the alpha. */
const shapes = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.infiniteStream(fc.tuple(byte, byte, byte, byte)))
  .map(([width, pixels]) => ({
    width,
    pixels: Array.from({ length: width * 2 }, (): readonly number[] => {
      const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.next().value ?? [];
      return [...[red, green, blue].map((channel) => Math.floor((channel * alpha) / 255)), alpha];
    }),
  }));

describe("composedRows", () => {
  it("puts shapes over the image as their alpha says, to the nearest level", () => {
    const property = fc.property(shapes, byte, ({ width, pixels }, level) => {
      const image = new Uint8Array(width * 2 * 3).fill(level);
      const rows = Array.from(composedRows(Uint8Array.from(pixels.flat()), image, width), (row) => row.slice());
      const expected = pixels.flatMap(([red = 0, green = 0, blue = 0, alpha = 0]) =>
        [red, green, blue].map((channel) => channel + Math.round((level * (255 - alpha)) / 255)),
      );
      expect(rows.map(({ length }) => length)).toEqual([width * 3, width * 3]);
      expect([...joinBytes(...rows)]).toEqual(expected);
    });
    fc.assert(property);
  });
});

describe("straightRows", () => {
  it("divides by the alpha, and keeps it", () => {
    const property = fc.property(shapes, ({ width, pixels }) => {
      const rows = Array.from(straightRows(Uint8Array.from(pixels.flat()), width), (row) => row.slice());
      const straight = joinBytes(...rows);
      expect(rows.map(({ length }) => length)).toEqual([width * 4, width * 4]);
      for (const [index, pixel] of pixels.entries()) {
        const [alpha = 0] = pixel.slice(3);
        expect(straight[index * 4 + 3]).toBe(alpha);
        for (const channel of [0, 1, 2]) {
          const premultiplied = ((straight[index * 4 + channel] ?? 0) * alpha) / 255;
          expect(Math.abs(premultiplied - (pixel[channel] ?? 0))).toBeLessThanOrEqual(0.5);
        }
      }
    });
    fc.assert(property);
  });
});
