import { describe, expect, it } from "vitest";
import { imageData, type PngLayout, readPngLayout } from "../../src/image/png-layout.ts";
import { maxDeflatedBytes, rasterBytes } from "../../src/image/png-raster.ts";
import { sniff } from "../../src/image/sniff.ts";
import { ihdr, pngChunk, pngOf, withWrongEnd } from "../support/image-bytes.ts";

const data = pngChunk("IDAT", new Uint8Array(9));
const palette = pngChunk("PLTE", new Uint8Array(6));
const transparency = pngChunk("tRNS", new Uint8Array(2));
const indexed = ihdr(4, 4, 8, 3);
const corrupt = { refused: "image-corrupt" };
const header = { format: "png", width: 4, height: 4 };

function layoutOf(bytes: Uint8Array): PngLayout {
  const layout = readPngLayout(bytes);
  if ("refused" in layout) throw new Error(layout.reason);
  return layout;
}

/** Offsets of the palette, of tRNS, and of the image data. */
function usedChunks(...chunks: readonly Uint8Array[]): readonly (number | undefined)[] {
  const { palette: colours, transparency: alphas, dataStart } = layoutOf(pngOf(...chunks));
  return [colours?.start, alphas?.start, dataStart];
}

/** Number of bytes of the image data that are read. */
function dataBytes(...chunks: readonly Uint8Array[]): number {
  const bytes = pngOf(...chunks);
  return [...imageData(bytes, layoutOf(bytes))].reduce((sum, { length }) => sum + length, 0);
}

describe("a PNG that libpng refuses is refused by its header", () => {
  it.each([
    ["a second IHDR", [indexed, indexed, palette, data]],
    ["no palette", [indexed, data]],
    ["a palette only after the data", [indexed, data, palette]],
    ["a second palette", [indexed, palette, palette, data]],
    ["an empty palette", [indexed, pngChunk("PLTE", new Uint8Array()), data]],
    ["a palette of 257 colours", [indexed, pngChunk("PLTE", new Uint8Array(771)), data]],
    ["a palette of a fractional number of colours", [indexed, pngChunk("PLTE", new Uint8Array(4)), data]],
    ["no data before IEND", [indexed, palette, pngChunk("IEND", new Uint8Array()), data]],
    ["only empty data", [indexed, palette, pngChunk("IDAT", new Uint8Array())]],
  ])("%s", (_, chunks) => {
    expect(sniff(pngOf(...chunks))).toMatchObject(corrupt);
  });

  it("a wrong checksum of IHDR, the palette or the data", () => {
    expect(sniff(pngOf(withWrongEnd(indexed), palette, data))).toMatchObject(corrupt);
    expect(sniff(pngOf(indexed, withWrongEnd(palette), data))).toMatchObject(corrupt);
    expect(sniff(pngOf(indexed, palette, data, withWrongEnd(data)))).toMatchObject(corrupt);
  });
});

describe("a chunk of a PNG that libpng ignores is ignored", () => {
  const rgb = ihdr(4, 4, 8, 2);
  // randy408/libspng#118, google/wuffs#146, pnggroup/libpng#482.
  it.each([
    ["tRNS twice", [indexed, palette, transparency, transparency, data]],
    ["tRNS before the palette", [indexed, transparency, palette, data]],
    ["tRNS of more bytes than the palette has colours", [indexed, palette, pngChunk("tRNS", new Uint8Array(3)), data]],
    ["tRNS of another length than the colour type's", [rgb, transparency, data]],
    ["tRNS beside an alpha channel", [ihdr(4, 4, 8, 4), transparency, data]],
    ["tRNS after the data", [indexed, palette, data, transparency, transparency]],
    ["a suggested palette of a fractional number of colours", [rgb, pngChunk("PLTE", new Uint8Array(191)), data]],
    ["a second suggested palette, of 300 colours", [rgb, palette, pngChunk("PLTE", new Uint8Array(900)), data]],
    ["a suggested palette of a grey image", [ihdr(4, 4, 8, 0), palette, data]],
    ["IHDR or a palette after the data", [indexed, palette, data, indexed, palette]],
    ["an ancillary chunk with a wrong checksum", [rgb, withWrongEnd(pngChunk("gAMA", new Uint8Array(1))), data]],
  ])("%s", (_, chunks) => {
    expect(sniff(pngOf(...chunks))).toEqual(header);
  });

  it("and the chunks that are used are found: the first tRNS that fits, the palette, the first data", () => {
    const damaged = withWrongEnd(transparency);
    const [first, paletteBytes, transparencyBytes] = [33, palette.length, transparency.length];
    const afterPalette = first + transparencyBytes + paletteBytes;
    expect(usedChunks(indexed, transparency, palette, damaged, transparency, transparency, data)).toEqual([
      first + transparencyBytes,
      afterPalette + transparencyBytes,
      afterPalette + 3 * transparencyBytes,
    ]);
    expect(usedChunks(rgb, palette, transparency, data)).toEqual([undefined, undefined, afterPalette]);
  });

  it("but not a chunk between two of the data: those after it are not read", () => {
    expect(dataBytes(rgb, data, transparency, data)).toBe(9);
    expect(dataBytes(rgb, data, data)).toBe(18);
  });
});

describe("the end of a PNG", () => {
  const whole = pngOf(indexed, palette, data);
  it("may be missing after the data", () => {
    for (let length = whole.length - 13; length <= whole.length; length += 1) {
      expect(sniff(whole.subarray(0, length))).toEqual(header);
    }
  });

  it("may not be missing before the data", () => {
    const dataStart = whole.length - 12 - data.length;
    for (let length = 8; length <= dataStart + 8; length += 1) {
      expect(sniff(whole.subarray(0, length))).toMatchObject(corrupt);
    }
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
