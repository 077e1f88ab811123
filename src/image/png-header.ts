import { applyOrientation, exifOrientation } from "./exif.ts";
import { corrupt, type Refusal, type SniffResult } from "./header.ts";
import { hasRightChecksum } from "./png-checksum.ts";
import { dataOf, type PngChunk } from "./png-chunks.ts";
import { IHDR, imageData, imageDataChunks, type PngLayout, readPngLayout } from "./png-layout.ts";
import { maxDeflatedBytes } from "./png-raster.ts";

/**
 * Reads the header of a PNG; `bytes` start with the signature. Never throws, never reads past the end, linear in the file's length.
 *
 * The checksums of the chunks that determine the image are verified, since the decoder ignores them. What follows the image data is not
 * read: the file may end there, or within the last IDAT chunk. `png-data.ts` checks whether all pixels are there.
 */
export function readPngHeader(bytes: Uint8Array): SniffResult {
  const layout = readPngLayout(bytes);
  if ("refused" in layout) return layout;
  const refusal = checkChunks(bytes, layout);
  if (refusal !== undefined) return refusal;
  const { raster, exif } = layout;
  const orientation = exif === undefined ? 1 : exifOrientation(dataOf(bytes, exif));
  return applyOrientation({ format: "png", width: raster.width, height: raster.height }, orientation);
}

function checkChunks(bytes: Uint8Array, layout: PngLayout): Refusal | undefined {
  const { raster, palette } = layout;
  // A truncated chunk has no checksum to compare.
  const isDamaged = (chunk: PngChunk) => chunk.end <= bytes.length && !hasRightChecksum(bytes, chunk);
  let hasDamage = isDamaged(IHDR) || (palette !== undefined && isDamaged(palette));
  for (const chunk of imageDataChunks(bytes, layout)) hasDamage ||= isDamaged(chunk);
  let dataBytes = 0;
  for (const data of imageData(bytes, layout)) dataBytes += data.length;
  if (hasDamage) return corrupt("The checksum of a PNG chunk is wrong.");
  if (dataBytes === 0) return corrupt("The PNG contains no image.");
  return dataBytes > maxDeflatedBytes(raster)
    ? corrupt("The PNG contains more data than its dimensions allow.")
    : undefined;
}
