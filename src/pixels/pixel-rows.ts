/** The pixels of a decoder that has one row at a time: RGBA, 8 bits per channel, from the top. */
export interface PixelRows {
  /** Bytes of all rows together. */
  readonly length: number;
  /** To be iterated once. A row is valid until the next. */
  readonly rows: Iterable<Uint8Array>;
  /** The same rows as RGB, to be iterated in their place, of an opaque image that is stored so: no row need be expanded and composited. */
  readonly opaqueRows?: Iterable<Uint8Array>;
}

/** The pixels of an image: all of its bytes, or its rows one after another. */
export type Pixels = Uint8Array | PixelRows;

/** Whether the pixels come row by row. */
export function isByRow(pixels: Pixels): pixels is PixelRows {
  return "rows" in pixels;
}

/** Returns all bytes of the pixels: their own if they are there, otherwise a copy. */
export function wholeImage(pixels: Pixels): Uint8Array {
  if (!isByRow(pixels)) return pixels;
  const whole = new Uint8Array(pixels.length);
  let at = 0;
  for (const row of pixels.rows) {
    whole.set(row, at);
    at += row.length;
  }
  return whole;
}
