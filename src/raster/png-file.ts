import { Zlib } from "fflate";
import { crc32 } from "../bytes/crc32.ts";
import type { Size } from "../pixels/resize.ts";
import { free } from "../runtime/tensors.ts";

/** Bytes per pixel, and the colour type that IHDR names (PNG specification, table 11.1): truecolour, or truecolour with alpha. */
export const pixelTypes = { rgb: { bytes: 3, colourType: 2 }, rgba: { bytes: 4, colourType: 6 } } as const;
export type PixelType = keyof typeof pixelTypes;

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const IHDR_BYTES = 13;
/** Length and type before a chunk's data, and the checksum after it. */
const CHUNK_HEAD_BYTES = 8;
const CHECKSUM_BYTES = 4;
const BIT_DEPTH = 8;

/** The filter "Up": each byte minus the byte above it. Files of photographs are as small as with the other filters, and it is the fastest. */
const UP = 2;

/** fflate's compression level: level 6 takes twice as long for files that are 5 % smaller. */
const LEVEL = 3;

/** Bytes that are compressed at once. fflate allocates 200 kB at each step, and makes one for every 8 kB if it gets row by row. */
const BLOCK_BYTES = 256 * 1024;

/** Filters rows of `rowBytes`, and yields several at once. A block is valid until the next. */
function* filteredBlocks(rows: Iterable<Uint8Array>, rowBytes: number): Generator<Uint8Array, void, void> {
  const block = new Uint8Array(Math.max(1, Math.floor(BLOCK_BYTES / (rowBytes + 1))) * (rowBytes + 1));
  const above = new Uint8Array(rowBytes);
  let length = 0;
  for (const row of rows) {
    block[length] = UP;
    for (let at = 0; at < rowBytes; at += 1) block[length + 1 + at] = (row[at] ?? 0) - (above[at] ?? 0);
    above.set(row);
    length += rowBytes + 1;
    if (length === block.length) {
      yield block;
      length = 0;
    }
  }
  yield block.subarray(0, length);
}

function header({ width, height }: Size, colourType: number): Uint8Array {
  const data = new Uint8Array(IHDR_BYTES);
  const view = new DataView(data.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  data.set([BIT_DEPTH, colourType], 8);
  return data;
}

/** Writes a chunk at offset `at`. Returns the offset behind it. */
function writeChunk(file: Uint8Array, at: number, type: string, parts: readonly Uint8Array[]): number {
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode(type), at + 4);
  let end = at + CHUNK_HEAD_BYTES;
  for (const part of parts) {
    file.set(part, end);
    end += part.length;
  }
  view.setUint32(at, end - at - CHUNK_HEAD_BYTES);
  view.setUint32(end, crc32(file.subarray(at + 4, end)));
  return end + CHECKSUM_BYTES;
}

/**
 * Writes a PNG with 8 bits per channel. `rows` are read one by one, from the top, and may be views of the same buffer. Not a library: the encoder
 * of @jsquash/png is a WebAssembly module whose memory grows to 20 bytes per pixel and stays, and its files are half as large again.
 */
export function pngFile(size: Size, type: PixelType, rows: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  const { bytes, colourType } = pixelTypes[type];
  const data: Uint8Array[] = [];
  const zlib = new Zlib({ level: LEVEL }, (compressed) => data.push(compressed));
  // fflate copies what it is given.
  for (const block of filteredBlocks(rows, size.width * bytes)) zlib.push(block);
  zlib.push(new Uint8Array(), true);
  const dataBytes = data.reduce((sum, { length }) => sum + length, 0);
  const file = new Uint8Array(SIGNATURE.length + IHDR_BYTES + dataBytes + 3 * (CHUNK_HEAD_BYTES + CHECKSUM_BYTES));
  file.set(SIGNATURE);
  const headerEnd = writeChunk(file, SIGNATURE.length, "IHDR", [header(size, colourType)]);
  const dataEnd = writeChunk(file, headerEnd, "IDAT", data);
  writeChunk(file, dataEnd, "IEND", []);
  free(data);
  return file;
}
