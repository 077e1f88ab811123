import { corrupt, type Refusal } from "./header.ts";
import { inflated } from "./inflate.ts";
import { imageData, type PngLayout, readPngLayout } from "./png-layout.ts";
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
  const chunks = inflated(concatenatedData(bytes, layout));
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

/** Returns the data of all IDAT chunks; without a copy if there is only one. */
function concatenatedData(bytes: Uint8Array, layout: PngLayout): Uint8Array {
  let length = 0;
  let last: Uint8Array = new Uint8Array();
  for (const data of imageData(bytes, layout)) {
    length += data.length;
    last = data;
  }
  if (last.length === length) return last;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const data of imageData(bytes, layout)) {
    whole.set(data, offset);
    offset += data.length;
  }
  return whole;
}
