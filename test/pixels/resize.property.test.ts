import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createResizer } from "../../src/pixels/resize.ts";

const side = fc.integer({ min: 1, max: 60 });
const byte = fc.integer({ min: 0, max: 255 });

function resize(width: number, height: number, size: number, rgb: Uint8Array): Uint8Array {
  const { output, writeRow } = createResizer({ width, height }, size);
  for (let y = 0; y < height; y += 1) writeRow(rgb.subarray(y * width * 3, (y + 1) * width * 3));
  return output;
}

function filled(pixels: number, color: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: pixels * 3 }, (_, at) => color[at % 3] ?? 0);
}

describe("createResizer", () => {
  it("preserves an image of one colour, at any size and in either order of the passes", () => {
    fc.assert(
      fc.property(side, side, side, fc.tuple(byte, byte, byte), (width, height, size, color) => {
        expect(resize(width, height, size, filled(width * height, color))).toEqual(filled(size * size, color));
      }),
    );
  });

  it("returns an image of the target size unchanged", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.infiniteStream(byte), (size, bytes) => {
        const rgb = Uint8Array.from({ length: size * size * 3 }, () => bytes.next().value ?? 0);
        expect(resize(size, size, size, rgb)).toEqual(rgb);
      }),
    );
  });

  it("does not retain the rows that it receives", () => {
    const image = Uint8Array.from({ length: 40 * 90 * 3 }, (_, at) => (at * 97) % 256);
    const { output, writeRow } = createResizer({ width: 40, height: 90 }, 16);
    const row = new Uint8Array(40 * 3);
    for (let y = 0; y < 90; y += 1) {
      row.set(image.subarray(y * 120, (y + 1) * 120));
      writeRow(row);
      row.fill(0);
    }
    expect(output).toEqual(resize(40, 90, 16, image));
  });
});
