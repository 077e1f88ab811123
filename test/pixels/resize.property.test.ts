import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createResizer } from "../../src/pixels/resize.ts";

const side = fc.integer({ min: 1, max: 60 });
const small = fc.integer({ min: 1, max: 12 });
const size = fc.record({ width: side, height: side });
const byte = fc.integer({ min: 0, max: 255 });

interface Size {
  readonly width: number;
  readonly height: number;
}

function resize({ width, height }: Size, target: Size, rgb: Uint8Array): Uint8Array {
  const { output, writeRow } = createResizer({ width, height }, target);
  for (let y = 0; y < height; y += 1) writeRow(rgb.subarray(y * width * 3, (y + 1) * width * 3));
  return output;
}

function filled(pixels: number, color: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: pixels * 3 }, (_, at) => color[at % 3] ?? 0);
}

describe("createResizer", () => {
  it("preserves an image of one colour, at any size and in either order of the passes", () => {
    fc.assert(
      fc.property(size, size, fc.tuple(byte, byte, byte), (source, target, color) => {
        const image = filled(source.width * source.height, color);
        expect(resize(source, target, image)).toEqual(filled(target.width * target.height, color));
      }),
    );
  });

  it("returns an image of the target size unchanged", () => {
    fc.assert(
      fc.property(fc.record({ width: small, height: small }), fc.infiniteStream(byte), (same, bytes) => {
        const rgb = Uint8Array.from({ length: same.width * same.height * 3 }, () => bytes.next().value ?? 0);
        expect(resize(same, same, rgb)).toEqual(rgb);
      }),
    );
  });

  it("does not retain the rows that it receives", () => {
    const image = Uint8Array.from({ length: 40 * 90 * 3 }, (_, at) => (at * 97) % 256);
    const { output, writeRow } = createResizer({ width: 40, height: 90 }, { width: 16, height: 20 });
    const row = new Uint8Array(40 * 3);
    for (let y = 0; y < 90; y += 1) {
      row.set(image.subarray(y * 120, (y + 1) * 120));
      writeRow(row);
      row.fill(0);
    }
    expect(output).toEqual(resize({ width: 40, height: 90 }, { width: 16, height: 20 }, image));
  });
});
