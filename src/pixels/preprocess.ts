import { Problem } from "../contract/problems.ts";
import type { EncodedImage } from "../inference/backend.ts";
import type { Decoders } from "./decode.ts";
import type { ImageConfig } from "../runtime/model-config.ts";
import { type TraversalOrder, traversalOrder } from "./orientation.ts";
import { createResizer } from "./resize.ts";

const WHITE = 255;

/**
 * Converts an image to the vision encoder's input: float32 planes [3, size, size], row by row. Throws `Problem` `image-corrupt`;
 * never returns a partially decoded image.
 *
 * The result is bit-identical to `CLIPImageProcessorPil` of transformers 5.23 with Pillow 12.3 or later, applied to the image
 * after `ImageOps.exif_transpose` (but for WebP), compositing over white and conversion to RGB.
 */
export async function preprocess(
  { bytes, format, width, height, orientation = 1 }: EncodedImage,
  { size, mean, std }: Pick<ImageConfig, "size" | "mean" | "std">,
  decoders: Decoders,
): Promise<Float32Array> {
  return decoders[format](bytes, (rgba) => {
    if (rgba.length !== width * height * 4) {
      throw new Problem("image-corrupt", "The decoded image's size differs from the size in its header.");
    }
    const { output, writeRow } = createResizer({ width, height }, size);
    const rgb = new Uint8Array(width * 3);
    const order = traversalOrder({ width, height }, orientation);
    for (let y = 0; y < height; y += 1) {
      compositeOverWhite(rgba, { from: order.first + y * order.rowStride, step: order.columnStride }, rgb);
      writeRow(rgb);
    }
    return normalize(output, mean, std);
  });
}

/** Composites a row of RGBA, with pixels `step` apart, over white into a row of RGB. Rounds as Pillow's `alpha_composite` over opaque white does. */
function compositeOverWhite(rgba: Uint8Array, { from, step }: RowTraversal, rgb: Uint8Array): void {
  for (let pixel = from * 4, to = 0; to < rgb.length; pixel += step * 4, to += 3) {
    const alpha = rgba[pixel + 3] ?? 0;
    for (let channel = 0; channel < 3; channel += 1) {
      const value = rgba[pixel + channel] ?? 0;
      rgb[to + channel] = alpha === 255 ? value : Math.round((value * alpha + WHITE * (255 - alpha)) / 255);
    }
  }
}

/** The first pixel of a row and the offset to the next one, in stored pixels. */
interface RowTraversal {
  readonly from: number;
  readonly step: TraversalOrder["columnStride"];
}

type Rgb = ImageConfig["mean"];

/** Converts interleaved bytes to normalised planes. A byte has 256 values, so each channel uses a lookup table. */
function normalize(rgb: Uint8Array, mean: Rgb, std: Rgb): Float32Array {
  const plane = rgb.length / 3;
  const tables = [0, 1, 2].map((channel) => normalizedBytes(mean[channel] ?? 0, std[channel] ?? 1));
  const output = new Float32Array(rgb.length);
  for (const [channel, table] of tables.entries()) {
    for (let at = 0; at < plane; at += 1) output[channel * plane + at] = table[rgb[at * 3 + channel] ?? 0] ?? 0;
  }
  return output;
}

/** As transformers does: multiplies by 1/255 in float64 and rounds to float32, then subtracts and divides in float32. */
function normalizedBytes(mean: number, std: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => {
    const rescaled = Math.fround(byte * (1 / 255));
    return Math.fround(rescaled - Math.fround(mean)) / Math.fround(std);
  });
}
