import { type PngRaster, rasterPasses } from "./png-raster.ts";

/** The largest filter type: None, Sub, Up, Average, Paeth (PNG specification, section 9.2). */
const MAX_FILTER = 4;

/** A check of inflated image data that arrive in chunks. */
export interface FilterCheck {
  readonly add: (chunk: Uint8Array) => void;
  /** Whether each row that began so far has a known filter. */
  readonly areValid: () => boolean;
}

/** Yields the offset of each row's filter byte in the inflated data, from the first row of the first pass. */
function* filterOffsets(raster: PngRaster): Generator<number, void, void> {
  let at = 0;
  for (const { rows, rowBytes } of rasterPasses(raster)) {
    for (let row = 0; row < rows; row += 1) {
      yield at;
      at += rowBytes;
    }
  }
}

/**
 * Creates a check of the filter byte before each row. The codec traps on an unknown filter: its instance is lost then, and its memory (three
 * bytes per pixel and more) stays until it happens to be collected. Data after the last row are ignored.
 */
export function createFilterCheck(raster: PngRaster): FilterCheck {
  const offsets = filterOffsets(raster);
  let next = offsets.next();
  let length = 0;
  let areValid = true;
  return {
    add: (chunk) => {
      const end = length + chunk.length;
      for (; next.done !== true && next.value < end; next = offsets.next()) {
        areValid &&= (chunk[next.value - length] ?? 0) <= MAX_FILTER;
      }
      length = end;
    },
    areValid: () => areValid,
  };
}
