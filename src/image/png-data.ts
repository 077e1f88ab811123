import { corrupt, type Refusal } from "./header.ts";
import { inflated } from "./inflate.ts";
import { imageData, readPngLayout } from "./png-layout.ts";
import { createFilterCheck } from "./png-filters.ts";
import { rasterBytes } from "./png-raster.ts";

/**
 * Allowed excess of the inflated data: some encoders add a row, or pad their last chunk. More is a decompression bomb:
 * the decoder inflates data beyond the last pixel (one second for 2 GB, and 10 MB can inflate to 10 GB), stores the
 * bytes after it, and cannot be stopped.
 */
const MAX_EXCESS_BYTES = 64 * 1024;

/**
 * Compares the inflated length of the image data with the length that its size needs, and checks the filter of each row, after `readPngHeader`
 * has accepted the file. Returns `undefined` for a match within the allowed excess. The stream's Adler-32 is not compared, and may be missing.
 */
export function checkPngData(bytes: Uint8Array): Refusal | undefined {
  const layout = readPngLayout(bytes);
  if ("refused" in layout) return layout;
  const expected = rasterBytes(layout.raster);
  const maxBytes = expected + MAX_EXCESS_BYTES;
  const filters = createFilterCheck(layout.raster);
  const chunks = inflated(imageData(bytes, layout));
  let length = 0;
  let next = chunks.next();
  for (; next.done !== true && length <= maxBytes; next = chunks.next()) {
    filters.add(next.value);
    length += next.value.length;
  }
  if (!filters.areValid()) return corrupt("A row of the PNG has an unknown filter.");
  if (length > maxBytes) return corrupt("The PNG contains more data than its dimensions allow.");
  const isWhole = next.done === true && next.value && length >= expected;
  return isWhole ? undefined : corrupt("The PNG's data is damaged, or ends before its last row.");
}
