import { Unzlib } from "fflate";
import { corrupt, type Refusal } from "./header.ts";
import { imageData, type PngLayout, readPngLayout } from "./png-layout.ts";
import { rasterBytes } from "./png-raster.ts";

/**
 * Allowed excess of the inflated data: some encoders add a row, or pad their last chunk. More is a decompression bomb:
 * the decoder inflates data beyond the last pixel (one second for 2 GB, and 10 MB can inflate to 10 GB), stores the
 * bytes after it, and cannot be stopped.
 */
const MAX_EXCESS_BYTES = 64 * 1024;

/** Bytes inflated at a time. Deflate expands a byte to at most 1032, so at most 4 MB is inflated before it is counted. */
const SLICE_BYTES = 4096;

/**
 * Compares the inflated length of the image data with the length that its size needs, after `readPngHeader` has accepted the file. Returns
 * `undefined` for a match within the allowed excess. The stream's Adler-32 is not compared, and may be missing.
 */
export function checkPngData(bytes: Uint8Array): Refusal | undefined {
  const layout = readPngLayout(bytes);
  if ("refused" in layout) return layout;
  const expected = rasterBytes(layout.raster);
  const maxBytes = expected + MAX_EXCESS_BYTES;
  const inflated = inflatedLength(concatenatedData(bytes, layout), maxBytes);
  if (inflated < expected) return corrupt("The PNG's data is damaged, or ends before its last row.");
  return inflated > maxBytes ? corrupt("The PNG contains more data than its dimensions allow.") : undefined;
}

/** Returns how many bytes a zlib stream inflates to; counting stops above `maxBytes`, and at damaged data. */
function inflatedLength(data: Uint8Array, maxBytes: number): number {
  let length = 0;
  const inflater = new Unzlib((chunk) => (length += chunk.length));
  try {
    for (let at = 0; at < data.length; at += SLICE_BYTES) {
      if (length > maxBytes) break;
      // Never announced as the last slice: of that, the inflater would take 4 bytes for the Adler-32.
      inflater.push(data.subarray(at, at + SLICE_BYTES), false);
    }
  } catch {
    // A damaged block, or bytes after the end: the length counted until here decides whether the image is complete.
  }
  return length;
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
