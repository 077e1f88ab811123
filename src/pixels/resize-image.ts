import { Problem } from "../contract/problems.ts";
import type { EncodedImage } from "../inference/backend.ts";
import type { Decoders } from "./decode.ts";
import { type TraversalOrder, traversalOrder } from "./orientation.ts";
import { free } from "../runtime/tensors.ts";
import { isByRow, type Pixels, wholeImage } from "./pixel-rows.ts";
import { createResizer, type Size } from "./resize.ts";

const WHITE = 255;

/** Options of `resizeImage`. */
export interface ResizeImageOptions {
  readonly decoders: Decoders;
  /** Sides of the result in pixels, whatever their ratio. */
  readonly target: Size;
}

/**
 * Decodes an image, applies its orientation, composites it over white and resizes it. Resolves with RGB, 3 bytes per pixel, row by row. Throws
 * `Problem` `image-corrupt`; never returns a partially decoded image.
 */
export async function resizeImage(
  { bytes, format, width, height, orientation = 1 }: EncodedImage,
  { decoders, target }: ResizeImageOptions,
): Promise<Uint8Array> {
  return decoders[format](bytes, (pixels) => {
    if (pixels.length !== width * height * 4) {
      throw new Problem("image-corrupt", "The decoded image's size differs from the size in its header.");
    }
    const { output, writeRow } = createResizer({ width, height }, target);
    for (const rgb of rgbRows(pixels, { width, height }, orientation)) writeRow(rgb);
    return output;
  });
}

/** Yields the rows in display order, composited over white. A row is valid until the next. */
function* rgbRows(pixels: Pixels, size: Size, orientation: number): Generator<Uint8Array> {
  const { first, columnStride, rowStride } = traversalOrder(size, orientation);
  const isStoredOrder = first === 0 && columnStride === 1 && rowStride === size.width;
  if (isByRow(pixels) && pixels.opaqueRows !== undefined && isStoredOrder) {
    yield* pixels.opaqueRows;
    return;
  }
  const rgb = new Uint8Array(size.width * 3);
  for (const row of rowsInOrder(pixels, size, orientation)) {
    compositeOverWhite(row, rgb);
    yield rgb;
  }
}

/** Yields the rows in display order. Rows that a decoder gives one by one are gathered only if the orientation changes their order. */
function* rowsInOrder(pixels: Pixels, size: Size, orientation: number): Generator<Row> {
  const order = traversalOrder(size, orientation);
  const step = order.columnStride;
  if (isByRow(pixels) && order.rowStride === size.width && Math.abs(step) === 1) {
    for (const rgba of pixels.rows) yield { rgba, from: order.first, step };
    return;
  }
  const rgba = wholeImage(pixels);
  for (let y = 0; y < size.height; y += 1) yield { rgba, from: order.first + y * order.rowStride, step };
  if (isByRow(pixels)) free([rgba]);
}

/** Composites a row of RGBA, with pixels `step` apart, over white into a row of RGB. */
function compositeOverWhite({ rgba, from, step }: Row, rgb: Uint8Array): void {
  for (let pixel = from * 4, to = 0; to < rgb.length; pixel += step * 4, to += 3) {
    const alpha = rgba[pixel + 3] ?? 0;
    for (let channel = 0; channel < 3; channel += 1) {
      const value = rgba[pixel + channel] ?? 0;
      rgb[to + channel] = alpha === 255 ? value : overWhite(value, alpha);
    }
  }
}

/**
 * Composites a channel over opaque white, rounded as Pillow's `alpha_composite` does: Math.round(sum / 255), by the exact integer formula of
 * Pillow's `DIV255`, which takes a third of the time.
 */
export function overWhite(value: number, alpha: number): number {
  const sum = value * alpha + WHITE * (255 - alpha) + 128;
  return (sum + (sum >> 8)) >> 8;
}

/** The pixels that hold a row, its first pixel in them, and the offset to the next one, in stored pixels. */
interface Row {
  readonly rgba: Uint8Array;
  readonly from: number;
  readonly step: TraversalOrder["columnStride"];
}
