import { describe, expect, it } from "vitest";
import { maxDeflatedBytes, rasterBytes } from "../../src/image/png-raster.ts";
import { sniff } from "../../src/image/sniff.ts";
import { ihdr, pngChunk, pngOf } from "../support/image-bytes.ts";

const data = pngChunk("IDAT", new Uint8Array(9));
const palette = pngChunk("PLTE", new Uint8Array(6));
const transparency = pngChunk("tRNS", new Uint8Array(2));
const indexed = ihdr(4, 4, 8, 3);
const corrupt = { refused: "image-corrupt" };
const header = { format: "png", width: 4, height: 4 };

describe("a PNG on which the decoder always fails is refused by its header", () => {
  it.each([
    ["a second IHDR", [indexed, indexed, palette, data]],
    ["IHDR after the data", [indexed, palette, data, indexed]],
    ["no palette", [indexed, data]],
    ["a second palette", [indexed, palette, palette, data]],
    ["an empty palette", [indexed, pngChunk("PLTE", new Uint8Array()), data]],
    ["a palette of 257 colours", [indexed, pngChunk("PLTE", new Uint8Array(771)), data]],
    ["a palette of a fractional number of colours", [indexed, pngChunk("PLTE", new Uint8Array(4)), data]],
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
    ["tRNS after the data, where it has no effect", [indexed, palette, data, transparency, transparency]],
  ])("but not one with %s", (_, chunks) => {
    expect(sniff(pngOf(...chunks))).toEqual(header);
  });
});

describe("the image data of a PNG", () => {
  const raster = { width: 9, height: 5, bitDepth: 1, colourType: 0, isInterlaced: false };

  it("has rows of whole bytes after a filter byte in each pass", () => {
    expect(rasterBytes(raster)).toBe(5 * 3);
    expect(rasterBytes({ ...raster, bitDepth: 16, colourType: 6 })).toBe(5 * (1 + 9 * 8));
    // Passes of 2x1, 1x1, 3x1, 2x2, 5x1, 4x3 and 9x2 pixels.
    expect(rasterBytes({ ...raster, isInterlaced: true })).toBe(2 + 2 + 2 + 4 + 2 + 6 + 6);
    expect(rasterBytes({ ...raster, width: 1, height: 1, isInterlaced: true })).toBe(2);
  });

  it("is limited to what the size can need, in any number of chunks", () => {
    const maxBytes = Math.floor(
      maxDeflatedBytes({ width: 4, height: 4, bitDepth: 8, colourType: 0, isInterlaced: false }),
    );
    const half = pngChunk("IDAT", new Uint8Array(maxBytes >> 1));
    const rest = (excess: number) => pngChunk("IDAT", new Uint8Array(maxBytes - (maxBytes >> 1) + excess));
    expect(sniff(pngOf(ihdr(4, 4, 8, 0), half, rest(0)))).toEqual(header);
    expect(sniff(pngOf(ihdr(4, 4, 8, 0), half, rest(1)))).toMatchObject(corrupt);
  });
});
