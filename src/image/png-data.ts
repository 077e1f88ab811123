import { Unzlib } from "fflate";
import { corrupt, type Refusal } from "./header.ts";
import { imageDataChunks, readRaster } from "./png-header.ts";
import { rasterBytes } from "./png-raster.ts";

/**
 * Encoders have been seen to add a row, or to fill up their last chunk. More is a bomb: the decoder inflates what no pixel
 * needs (a second for 2 GB, and 10 MB can hold 10 GB), keeps what follows the data, and cannot be stopped.
 */
const MAX_EXCESS_BYTES = 64 * 1024;

/** Bytes that are inflated at a time. Deflate makes at most 1032 bytes of one: 4 MB, before they are counted. */
const SLICE_BYTES = 4096;

/** Compares what the data of a PNG whose header has been read inflate to with its size; `undefined` if it fits. */
export function checkPngData(bytes: Uint8Array): Refusal | undefined {
  const raster = readRaster(bytes);
  if ("refused" in raster) return raster;
  const expected = rasterBytes(raster);
  const most = expected + MAX_EXCESS_BYTES;
  const inflated = inflatedLength(joinedData(bytes), most);
  if (inflated < expected) return corrupt("The PNG's data is damaged, or ends before its last row.");
  return inflated > most ? corrupt("The PNG holds more data than its size can need.") : undefined;
}

/** How many bytes a zlib stream inflates to; counting ends above `most`, and where the stream is damaged. */
function inflatedLength(data: Uint8Array, most: number): number {
  let length = 0;
  const inflater = new Unzlib((chunk) => (length += chunk.length));
  try {
    for (let at = 0; at < data.length; at += SLICE_BYTES) {
      if (length > most) break;
      inflater.push(data.subarray(at, at + SLICE_BYTES), at + SLICE_BYTES >= data.length);
    }
  } catch {
    // A broken block, bytes behind the end: whether the picture is whole is what was counted until here.
  }
  return length;
}

/** The data of all chunks; uncopied if it is one. */
function joinedData(bytes: Uint8Array): Uint8Array {
  let length = 0;
  let last: Uint8Array = new Uint8Array();
  for (const data of imageDataChunks(bytes)) {
    length += data.length;
    last = data;
  }
  if (last.length === length) return last;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const data of imageDataChunks(bytes)) {
    whole.set(data, at);
    at += data.length;
  }
  return whole;
}
