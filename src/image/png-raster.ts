/** An IHDR chunk that makes sense. */
export interface PngRaster {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly colourType: number;
  readonly isInterlaced: boolean;
}

/** Samples of a pixel by colour type: grey, RGB, palette, grey and alpha, RGBA. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Column and row at which a pass begins, and its steps (PNG specification, section 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const ONE_PASS = [[0, 0, 1, 1]] as const;

/** What its IDAT chunks inflate to: each pass that has pixels in rows of whole bytes, one byte before each for its filter. */
export function rasterBytes({ width, height, bitDepth, colourType, isInterlaced }: PngRaster): number {
  const bits = (SAMPLES[colourType] ?? 0) * bitDepth;
  const passes: readonly (readonly [number, number, number, number])[] = isInterlaced ? ADAM7 : ONE_PASS;
  return passes.reduce((total, [left, top, across, down]) => {
    const columns = Math.ceil((width - left) / across);
    const rows = Math.ceil((height - top) / down);
    return columns > 0 && rows > 0 ? total + rows * (Math.ceil((columns * bits) / 8) + 1) : total;
  }, 0);
}

/** For the headers of deflate's blocks, and for encoders that flush after each row. */
const DEFLATE_OVERHEAD_BYTES = 64 * 1024;

/**
 * The most that the IDAT chunks of a raster can need. Deflate's fixed code, which simple encoders use for everything, has 9
 * bits for half of the bytes; stored blocks and codes made for the data take less.
 */
export function deflatedBytesAtMost(raster: PngRaster): number {
  return rasterBytes(raster) * (9 / 8) + DEFLATE_OVERHEAD_BYTES;
}
