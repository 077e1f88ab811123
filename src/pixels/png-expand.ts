import { dataOf } from "../image/png-chunks.ts";
import type { PngLayout } from "../image/png-layout.ts";

const OPAQUE = 255;

/** Expands a row without filter byte to RGBA. */
export type ExpandRow = (row: Uint8Array, rgba: Uint8Array) => void;

/** Reads the samples of a row as numbers of `bitDepth` bits. */
function sampleReader(bitDepth: number): (row: Uint8Array, index: number) => number {
  if (bitDepth === 8) return (row, index) => row[index] ?? 0;
  if (bitDepth === 16) return (row, index) => (row[index * 2] ?? 0) * 256 + (row[index * 2 + 1] ?? 0);
  const mask = 2 ** bitDepth - 1;
  return (row, index) => {
    const bit = index * bitDepth;
    return ((row[bit >> 3] ?? 0) >> (8 - bitDepth - (bit & 7))) & mask;
  };
}

/** Makes a sample one of 8 bits: a smaller one is scaled, and of 16 bits the upper byte counts, as in Pillow. */
function toByte(bitDepth: number): (sample: number) => number {
  if (bitDepth === 16) return (sample) => sample >> 8;
  const factor = 255 / (2 ** bitDepth - 1);
  return (sample) => sample * factor;
}

/** The samples of the transparent colour of a grey or RGB image. Only the lower byte of each counts, but for samples of 16 bits. */
function transparentSamples(bytes: Uint8Array, { raster, transparency }: PngLayout): readonly number[] {
  if (transparency === undefined) return [];
  const data = dataOf(bytes, transparency);
  const samples = Array.from(
    { length: data.length / 2 },
    (_, at) => (data[at * 2] ?? 0) * 256 + (data[at * 2 + 1] ?? 0),
  );
  return raster.bitDepth === 16 ? samples : samples.map((sample) => sample % 256);
}

/** The RGBA of each index. One beyond the palette is black. */
function paletteColours(bytes: Uint8Array, { palette, transparency }: PngLayout): Uint8Array {
  const colours = palette === undefined ? new Uint8Array() : dataOf(bytes, palette);
  const alphas = transparency === undefined ? new Uint8Array() : dataOf(bytes, transparency);
  return Uint8Array.from({ length: 256 * 4 }, (_, at) => {
    const [index, channel] = [at >> 2, at & 3];
    return channel === 3 ? (alphas[index] ?? OPAQUE) : (colours[index * 3 + channel] ?? 0);
  });
}

function expandPalette(bytes: Uint8Array, layout: PngLayout): ExpandRow {
  const colours = paletteColours(bytes, layout);
  const read = sampleReader(layout.raster.bitDepth);
  return (row, rgba) => {
    for (let to = 0; to < rgba.length; to += 4) {
      const from = read(row, to >> 2) * 4;
      for (let channel = 0; channel < 4; channel += 1) rgba[to + channel] = colours[from + channel] ?? 0;
    }
  };
}

function expandGrey(bytes: Uint8Array, layout: PngLayout): ExpandRow {
  const [read, scale] = [sampleReader(layout.raster.bitDepth), toByte(layout.raster.bitDepth)];
  const [transparent] = transparentSamples(bytes, layout);
  return (row, rgba) => {
    for (let to = 0; to < rgba.length; to += 4) {
      const sample = read(row, to >> 2);
      rgba.fill(scale(sample), to, to + 3);
      rgba[to + 3] = sample === transparent ? 0 : OPAQUE;
    }
  };
}

function expandGreyAlpha(_bytes: Uint8Array, { raster }: PngLayout): ExpandRow {
  const step = raster.bitDepth / 8;
  return (row, rgba) => {
    for (let to = 0, from = 0; to < rgba.length; to += 4, from += 2 * step) {
      rgba.fill(row[from] ?? 0, to, to + 3);
      rgba[to + 3] = row[from + step] ?? 0;
    }
  };
}

function expandRgb(bytes: Uint8Array, layout: PngLayout): ExpandRow {
  const read = sampleReader(layout.raster.bitDepth);
  const step = layout.raster.bitDepth / 8;
  const [red, green, blue] = transparentSamples(bytes, layout);
  const isTransparent = (row: Uint8Array, first: number) =>
    read(row, first) === red && read(row, first + 1) === green && read(row, first + 2) === blue;
  return (row, rgba) => {
    for (let to = 0, from = 0; to < rgba.length; to += 4, from += 3 * step) {
      rgba[to] = row[from] ?? 0;
      rgba[to + 1] = row[from + step] ?? 0;
      rgba[to + 2] = row[from + 2 * step] ?? 0;
      rgba[to + 3] = red !== undefined && isTransparent(row, from / step) ? 0 : OPAQUE;
    }
  };
}

function expandRgba(_bytes: Uint8Array, { raster }: PngLayout): ExpandRow {
  const step = raster.bitDepth / 8;
  return (row, rgba) => {
    for (let to = 0, from = 0; to < rgba.length; to += 1, from += step) rgba[to] = row[from] ?? 0;
  };
}

/** Expansions by colour type (PNG specification, table 11.1). */
const EXPANSIONS: Readonly<Record<number, (bytes: Uint8Array, layout: PngLayout) => ExpandRow>> = {
  0: expandGrey,
  2: expandRgb,
  3: expandPalette,
  4: expandGreyAlpha,
  6: expandRgba,
};

/** Returns the expansion to RGBA of a PNG's rows, with its palette and its transparent colour. */
export function rowExpansion(bytes: Uint8Array, layout: PngLayout): ExpandRow {
  return (EXPANSIONS[layout.raster.colourType] ?? expandGrey)(bytes, layout);
}
