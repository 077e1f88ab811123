import { Problem } from "../contract/problems.ts";
import { inflated } from "../image/inflate.ts";
import { imageData, type PngLayout, readPngLayout } from "../image/png-layout.ts";
import { bytesPerPixel, type PngPass, rasterPasses } from "../image/png-raster.ts";
import { free } from "../runtime/tensors.ts";
import type { Decode } from "./decode-file.ts";
import { rowExpansion } from "./png-expand.ts";
import { UNFILTER } from "./png-unfilter.ts";

/** Colour types (PNG specification, table 11.1). */
const RGB = 2;
const RGBA = 6;

/**
 * Decodes a PNG row by row; only an interlaced one is held as a whole. The header must have been checked before. Implemented here because a codec in
 * WebAssembly holds file and pixels in a memory that never shrinks: 28 MiB for two megapixels (docs/explanation/memory.md).
 */
export const decodePng: Decode = async (bytes, read) => {
  const layout = readPngLayout(bytes);
  if ("refused" in layout) throw new Problem(layout.refused, layout.reason);
  const { width, height, isInterlaced } = layout.raster;
  const length = width * height * 4;
  if (!isInterlaced) {
    const rows = { length, rows: rgbaRows(bytes, layout) };
    return read(isOpaqueRgb(layout) ? { ...rows, opaqueRows: storedRows(bytes, layout) } : rows);
  }
  const whole = interlaced(bytes, layout);
  try {
    return read(whole);
  } finally {
    free([whole]);
  }
};

/** A row of a pass, without filter byte; valid until the next. */
interface PassRow {
  readonly pass: PngPass;
  readonly index: number;
  readonly row: Uint8Array;
}

function corrupt(): Problem {
  return new Problem("image-corrupt", "The PNG's data is damaged, or ends before its last row.");
}

/** Returns a function that fills an array with the next bytes of the chunks. It throws `image-corrupt` if there are too few. */
function byteReader(chunks: Iterator<Uint8Array, unknown, void>): (target: Uint8Array) => void {
  let chunk: Uint8Array = new Uint8Array();
  let at = 0;
  return (target) => {
    for (let filled = 0; filled < target.length;) {
      if (at === chunk.length) {
        const next = chunks.next();
        if (next.done === true) throw corrupt();
        [chunk, at] = [next.value, 0];
      }
      const part = chunk.subarray(at, at + target.length - filled);
      target.set(part, filled);
      filled += part.length;
      at += part.length;
    }
  };
}

/** Yields the rows of all passes with their filters reversed. The row above the first of a pass is zero. */
function* unfilteredRows(bytes: Uint8Array, layout: PngLayout): Generator<PassRow> {
  const step = bytesPerPixel(layout.raster);
  const readInto = byteReader(inflated(imageData(bytes, layout)));
  for (const pass of rasterPasses(layout.raster)) {
    let [current, above] = [new Uint8Array(pass.rowBytes), new Uint8Array(pass.rowBytes)];
    for (let index = 0; index < pass.rows; index += 1) {
      readInto(current);
      const unfilter = UNFILTER[current[0] ?? 0];
      if (unfilter === undefined) throw corrupt();
      const row = current.subarray(1);
      unfilter(row, above.subarray(1), step);
      yield { pass, index, row };
      [current, above] = [above, current];
    }
  }
}

/** Whether the rows as they are stored are RGB with 8 bits per channel, and no colour is transparent. */
function isOpaqueRgb({ raster: { colourType, bitDepth }, transparency }: PngLayout): boolean {
  return colourType === RGB && bitDepth === 8 && transparency === undefined;
}

/** Whether the rows as they are stored are RGBA with 8 bits per channel. */
function isRgba({ raster: { colourType, bitDepth } }: PngLayout): boolean {
  return colourType === RGBA && bitDepth === 8;
}

function* storedRows(bytes: Uint8Array, layout: PngLayout): Generator<Uint8Array> {
  for (const { row } of unfilteredRows(bytes, layout)) yield row;
}

function* rgbaRows(bytes: Uint8Array, layout: PngLayout): Generator<Uint8Array> {
  if (isRgba(layout)) {
    yield* storedRows(bytes, layout);
    return;
  }
  const expand = rowExpansion(bytes, layout);
  const rgba = new Uint8Array(layout.raster.width * 4);
  for (const { row } of unfilteredRows(bytes, layout)) {
    expand(row, rgba);
    yield rgba;
  }
}

/** Decodes an interlaced image: each pass has every so many pixels of every so many rows. */
function interlaced(bytes: Uint8Array, layout: PngLayout): Uint8Array {
  const { width, height } = layout.raster;
  const expand = rowExpansion(bytes, layout);
  const whole = new Uint8Array(width * height * 4);
  const line = new Uint8Array(width * 4);
  for (const { pass, index, row } of unfilteredRows(bytes, layout)) {
    const rgba = line.subarray(0, pass.columns * 4);
    expand(row, rgba);
    let to = ((pass.top + index * pass.rowStep) * width + pass.left) * 4;
    for (let from = 0; from < rgba.length; from += 4, to += pass.columnStep * 4) {
      for (let channel = 0; channel < 4; channel += 1) whole[to + channel] = rgba[from + channel] ?? 0;
    }
  }
  return whole;
}
