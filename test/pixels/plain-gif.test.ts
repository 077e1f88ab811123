import { assert, integer, property } from "fast-check";
import { expect, it } from "vitest";
import { readGifFrame } from "../../src/image/gif-frame.ts";
import { unpackLzw } from "../../src/pixels/gif-lzw.ts";
import { plainGif } from "../support/image-bombs.ts";

/** How many pixels the data of a generated GIF have, and whether all are of colour 0. */
function unpacked(width: number, height: number) {
  const gif = plainGif({ width, height });
  const frame = readGifFrame(gif);
  if ("refused" in frame) throw new Error(frame.reason);
  const output = new Uint8Array(width * height).fill(255);
  const pixels = unpackLzw(gif, frame.data + 1, gif[frame.data] ?? 0, output);
  return { bytes: gif.length, pixels, isPlain: output.every((value) => value === 0) };
}

it("a generated GIF has exactly the pixels of its size", () => {
  const side = integer({ min: 1, max: 300 });
  assert(
    property(side, side, (width, height) => {
      expect(unpacked(width, height)).toMatchObject({ pixels: width * height, isPlain: true });
    }),
    { numRuns: 60 },
  );
});

it("a generated GIF of nine megapixels, whose table is full once, has seven kilobytes", () => {
  const { bytes, ...rest } = unpacked(3000, 3000);
  expect(rest).toEqual({ pixels: 9_000_000, isPlain: true });
  expect(bytes).toBeLessThan(8000);
});
