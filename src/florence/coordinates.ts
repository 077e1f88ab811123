/** Florence-2 divides each side of an image into this many bins and writes a coordinate as `<loc_0>` … `<loc_999>`. */
export const BINS = 1000;

/** Size in pixels. Location tokens always refer to the image as it was sent, whatever the model's input size. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** In pixels from the top-left corner, or in 0..1 of width and height where a name contains `normalized`. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Top-left corner, then bottom-right; units as `Point`, or bins where stated. */
export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** A square of side 1: coordinates on it are normalized coordinates. */
const unit: ImageSize = { width: 1, height: 1 };

function clamp(bin: number): number {
  return Math.min(Math.max(bin, 0), BINS - 1);
}

/**
 * The bin of a pixel coordinate: floor(coordinate ÷ (side ÷ 1000)), clamped to 0..999. Each step is rounded to float32, as in
 * the quantizer shipped with the checkpoints; doubles would put one coordinate in 3,500 into a neighbouring bin.
 */
export function quantize(coordinate: number, side: number): number {
  return clamp(Math.floor(Math.fround(Math.fround(coordinate) / Math.fround(side / BINS))));
}

/**
 * The pixel coordinate of a bin's centre, (bin + 0.5) × side ÷ 1000, as the double nearest to the exact value, which prints
 * without excess digits (34.24, not 34.23999786376953). Bins above 999, which the vocabulary does not have, count as 999, so
 * the result is always inside the image. `quantize` returns the same bin.
 */
export function dequantize(bin: number, side: number): number {
  return ((2 * clamp(bin) + 1) * side) / (2 * BINS);
}

/** `dequantize` as Microsoft's original computes it: in float32 and without clamping. */
export function dequantizeFloat32(bin: number, side: number): number {
  return Math.fround(Math.fround(Math.fround(bin) + 0.5) * Math.fround(side / BINS));
}

/** `dequantizeFloat32` truncated to a 32-bit integer, as Hugging Face returns it. A value that does not fit becomes −2³¹, as on x86. */
export function dequantizeInt32(bin: number, side: number): number {
  const coordinate = dequantizeFloat32(bin, side);
  return coordinate < 2 ** 31 ? Math.trunc(coordinate) : -(2 ** 31);
}

/** Converts bins in the order x, y, x, y, … to points in pixels. A last x without a y is dropped. */
export function pointsInPixels(bins: readonly number[], { width, height }: ImageSize): readonly Point[] {
  const points: Point[] = [];
  for (let index = 1; index < bins.length; index += 2) {
    points.push({ x: dequantize(bins[index - 1] ?? 0, width), y: dequantize(bins[index] ?? 0, height) });
  }
  return points;
}

/** `pointsInPixels` in 0..1. */
export function normalizedPoints(bins: readonly number[]): readonly Point[] {
  return pointsInPixels(bins, unit);
}

/** The bounding box, in bins, of points given as x, y, x, y, … Two opposite corners may be in any order. */
export function boundsOf(bins: readonly number[]): Box {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let index = 1; index < bins.length; index += 2) {
    const [x, y] = [bins[index - 1] ?? 0, bins[index] ?? 0];
    [x1, y1] = [Math.min(x1, x), Math.min(y1, y)];
    [x2, y2] = [Math.max(x2, x), Math.max(y2, y)];
  }
  return { x1, y1, x2, y2 };
}

/** Converts a box from bins to pixels. */
export function boxInPixels({ x1, y1, x2, y2 }: Box, { width, height }: ImageSize): Box {
  return {
    x1: dequantize(x1, width),
    y1: dequantize(y1, height),
    x2: dequantize(x2, width),
    y2: dequantize(y2, height),
  };
}

/** `boxInPixels` in 0..1. */
export function normalizedBox(bins: Box): Box {
  return boxInPixels(bins, unit);
}

/** Whether a region in pixels is a box with an area inside the image. */
export function isRegionInside({ x1, y1, x2, y2 }: Box, { width, height }: ImageSize): boolean {
  return x1 >= 0 && x1 < x2 && x2 <= width && y1 >= 0 && y1 < y2 && y2 <= height;
}

/** Exactly four location tokens, as the model writes a box. Leading zeros are allowed: people pad the numbers to three digits. */
const boxTokens = /^<loc_0*(\d{1,3})><loc_0*(\d{1,3})><loc_0*(\d{1,3})><loc_0*(\d{1,3})>$/;

/** Parses `<loc_x1><loc_y1><loc_x2><loc_y2>` to a box in bins; undefined for any other text. */
export function boxFromTokens(text: string): Box | undefined {
  const [, x1, y1, x2, y2] = boxTokens.exec(text) ?? [];
  return y2 === undefined ? undefined : { x1: Number(x1), y1: Number(y1), x2: Number(x2), y2: Number(y2) };
}

/** Converts a normalized region to pixels. */
export function regionInPixels({ x1, y1, x2, y2 }: Box, { width, height }: ImageSize): Box {
  return { x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height };
}

/** Writes a box in bins as the vocabulary's location tokens: `<loc_x1><loc_y1><loc_x2><loc_y2>`. The inverse of `boxFromTokens`. */
export function tokensFromBox({ x1, y1, x2, y2 }: Box): string {
  return [x1, y1, x2, y2].map((bin) => `<loc_${bin}>`).join("");
}

/** Converts a region in pixels to location tokens. */
export function regionTokens({ x1, y1, x2, y2 }: Box, { width, height }: ImageSize): string {
  return tokensFromBox({
    x1: quantize(x1, width),
    y1: quantize(y1, height),
    x2: quantize(x2, width),
    y2: quantize(y2, height),
  });
}
