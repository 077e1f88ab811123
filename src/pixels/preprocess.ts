import type { EncodedImage } from "../inference/backend.ts";
import type { Decoders } from "./decode.ts";
import type { ImageConfig } from "../runtime/model-config.ts";
import { free } from "../runtime/tensors.ts";
import { resizeImage } from "./resize-image.ts";

/**
 * Converts an image to the vision encoder's input: float32 planes [3, size, size], row by row. Throws `Problem` `image-corrupt`;
 * never returns a partially decoded image.
 *
 * The result is bit-identical to `CLIPImageProcessorPil` of transformers 5.23 with Pillow 12.3 or later, applied to the image
 * after `ImageOps.exif_transpose` (but for WebP), compositing over white and conversion to RGB.
 */
export async function preprocess(
  image: EncodedImage,
  { size, mean, std }: Pick<ImageConfig, "size" | "mean" | "std">,
  decoders: Decoders,
): Promise<Float32Array> {
  const rgb = await resizeImage(image, { target: { width: size, height: size }, decoders });
  try {
    return normalize(rgb, mean, std);
  } finally {
    free([rgb]);
  }
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
