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

/** A pass of an image, or the whole of one that is not interlaced: rows of equal length. */
export interface PngPass {
  readonly rows: number;
  readonly columns: number;
  /** Position of its first pixel in the image, and the distance of its columns and rows. */
  readonly left: number;
  readonly top: number;
  readonly columnStep: number;
  readonly rowStep: number;
  /** Bytes of a row with its filter byte. */
  readonly rowBytes: number;
}

function bitsPerPixel({ bitDepth, colourType }: Pick<PngRaster, "bitDepth" | "colourType">): number {
  return (SAMPLES[colourType] ?? 0) * bitDepth;
}

/** Returns the distance in bytes at which filters look to the left: of whole pixels, at least one. */
export function bytesPerPixel(raster: PngRaster): number {
  return Math.ceil(bitsPerPixel(raster) / 8);
}

/** Returns the passes that have pixels: each row has whole bytes, after a filter byte. */
export function rasterPasses({ width, height, bitDepth, colourType, isInterlaced }: PngRaster): readonly PngPass[] {
  const bits = bitsPerPixel({ bitDepth, colourType });
  const passes: readonly (readonly [number, number, number, number])[] = isInterlaced ? ADAM7 : ONE_PASS;
  return passes.flatMap(([left, top, columnStep, rowStep]) => {
    const columns = Math.ceil((width - left) / columnStep);
    const rows = Math.ceil((height - top) / rowStep);
    const rowBytes = Math.ceil((columns * bits) / 8) + 1;
    return columns > 0 && rows > 0 ? [{ rows, columns, left, top, columnStep, rowStep, rowBytes }] : [];
  });
}

/** Returns how many bytes the IDAT chunks inflate to. */
export function rasterBytes(raster: PngRaster): number {
  return rasterPasses(raster).reduce((total, { rows, rowBytes }) => total + rows * rowBytes, 0);
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
