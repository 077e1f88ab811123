import { describe, expect, it } from "vitest";
import { deflatedBytesAtMost, rasterBytes } from "../../src/image/png-raster.ts";
import { sniff } from "../../src/image/sniff.ts";
import { ihdr, pngChunk, pngOf } from "../support/image-bytes.ts";

const data = pngChunk("IDAT", new Uint8Array(9));
const palette = pngChunk("PLTE", new Uint8Array(6));
const transparency = pngChunk("tRNS", new Uint8Array(2));
const indexed = ihdr(4, 4, 8, 3);
const corrupt = { refused: "image-corrupt" };
const picture = { format: "png", width: 4, height: 4 };

describe("a PNG on which the decoder is sure to fail is refused by its header", () => {
  it.each([
    ["a second IHDR", [indexed, indexed, palette, data]],
    ["IHDR after the data", [indexed, palette, data, indexed]],
    ["no palette", [indexed, data]],
    ["a second palette", [indexed, palette, palette, data]],
    ["an empty palette", [indexed, pngChunk("PLTE", new Uint8Array()), data]],
    ["a palette of 257 colours", [indexed, pngChunk("PLTE", new Uint8Array(771)), data]],
    ["a palette of a colour and a third", [indexed, pngChunk("PLTE", new Uint8Array(4)), data]],
    ["a palette after the data", [indexed, palette, data, palette]],
    ["tRNS twice", [indexed, palette, transparency, transparency, data]],
    ["tRNS before the palette", [indexed, transparency, palette, data]],
    ["a tRNS too short", [ihdr(4, 4, 8, 2), transparency, data]],
    ["tRNS beside an alpha channel", [ihdr(4, 4, 8, 4), transparency, data]],
  ])("%s", (_, chunks) => {
    expect(sniff(pngOf(...chunks))).toMatchObject(corrupt);
  });

  it.each([
    ["a palette", [indexed, palette, data]],
    ["a palette and tRNS", [indexed, palette, transparency, data]],
    ["tRNS of grey", [ihdr(4, 4, 8, 0), transparency, data]],
    ["a suggested palette", [ihdr(4, 4, 8, 2), palette, data]],
    ["tRNS after the data, where it says nothing", [indexed, palette, data, transparency, transparency]],
  ])("and no other: %s", (_, chunks) => {
    expect(sniff(pngOf(...chunks))).toEqual(picture);
  });
});

describe("the data of a PNG", () => {
  const raster = { width: 9, height: 5, bitDepth: 1, colourType: 0, isInterlaced: false };

  it("has rows of whole bytes and one for the filter, in each pass", () => {
    expect(rasterBytes(raster)).toBe(5 * 3);
    expect(rasterBytes({ ...raster, bitDepth: 16, colourType: 6 })).toBe(5 * (1 + 9 * 8));
    // Passes of 2x1, 1x1, 3x1, 2x2, 5x1, 4x3 and 9x2 pixels.
    expect(rasterBytes({ ...raster, isInterlaced: true })).toBe(2 + 2 + 2 + 4 + 2 + 6 + 6);
    expect(rasterBytes({ ...raster, width: 1, height: 1, isInterlaced: true })).toBe(2);
  });

  it("is as much as the size can need, in however many chunks, and not a byte more", () => {
    const most = Math.floor(
      deflatedBytesAtMost({ width: 4, height: 4, bitDepth: 8, colourType: 0, isInterlaced: false }),
    );
    const half = pngChunk("IDAT", new Uint8Array(most >> 1));
    const rest = (more: number) => pngChunk("IDAT", new Uint8Array(most - (most >> 1) + more));
    expect(sniff(pngOf(ihdr(4, 4, 8, 0), half, rest(0)))).toEqual(picture);
    expect(sniff(pngOf(ihdr(4, 4, 8, 0), half, rest(1)))).toMatchObject(corrupt);
  });
});
