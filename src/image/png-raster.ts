/** The fields of a valid IHDR chunk. */
export interface PngRaster {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly colourType: number;
  readonly isInterlaced: boolean;
}

/** Samples per pixel by colour type: grey, RGB, palette, grey and alpha, RGBA. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** First column and row of each pass, and its steps (PNG specification, section 8.2). */
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

/** Returns how many bytes the IDAT chunks inflate to: each pass with pixels has rows of whole bytes, each after a filter byte. */
export function rasterBytes({ width, height, bitDepth, colourType, isInterlaced }: PngRaster): number {
  const bits = (SAMPLES[colourType] ?? 0) * bitDepth;
  const passes: readonly (readonly [number, number, number, number])[] = isInterlaced ? ADAM7 : ONE_PASS;
  return passes.reduce((total, [left, top, columnStep, rowStep]) => {
    const columns = Math.ceil((width - left) / columnStep);
    const rows = Math.ceil((height - top) / rowStep);
    return columns > 0 && rows > 0 ? total + rows * (Math.ceil((columns * bits) / 8) + 1) : total;
  }, 0);
}

/** Allowance for the headers of deflate blocks, and for encoders that flush after each row. */
const DEFLATE_OVERHEAD_BYTES = 64 * 1024;

/**
 * Returns the largest length that the IDAT chunks of a raster can need. Deflate's fixed Huffman code, which simple encoders always use, has 9
 * bits for half of the byte values; stored blocks and dynamic codes take less.
 */
export function maxDeflatedBytes(raster: PngRaster): number {
  return rasterBytes(raster) * (9 / 8) + DEFLATE_OVERHEAD_BYTES;
}
