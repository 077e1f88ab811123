import { applyOrientation, exifOrientation } from "./exif.ts";
import { corrupt, type Refusal, type SniffResult } from "./header.ts";
import { maxDeflatedBytes, type PngRaster } from "./png-raster.ts";

const SIGNATURE_BYTES = 8;
/** Chunk types: their four letters as one number. */
const IHDR = 0x49484452;
const PLTE = 0x504c5445;
const TRNS = 0x74524e53;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
const EXIF = 0x65584966;
const IHDR_BYTES = 13;
/** Length and type before a chunk's data, and the checksum after it, 4 bytes each. */
const CHUNK_OVERHEAD_BYTES = 12;
/** PNG specification, section 11.2.2: a side of zero or above 2^31 - 1 is invalid. */
const MAX_SIDE = 2 ** 31 - 1;

/** Allowed bit depths by colour type (PNG specification, table 11.1). */
const BIT_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Colour type of an image with a palette, which has at most 256 colours of 3 bytes. */
const PALETTE = 3;
const MAX_PALETTE_BYTES = 768;
/** Minimum length of tRNS by colour type; colour types with an alpha channel must not have it. */
const TRANSPARENCY_BYTES: Readonly<Record<number, number>> = { 0: 2, 2: 6, 3: 0 };

const DAMAGED = corrupt("The checksum of a PNG chunk is wrong.");
const NO_PICTURE = corrupt("The PNG contains no image.");
const TRUNCATED = corrupt("The PNG ends before its IEND chunk: only a part of the file is here.");

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** State of the parser. */
interface Progress {
  readonly hasPalette: boolean;
  readonly hasTransparency: boolean;
  readonly dataBytes: number;
}

/**
 * Reads the header of a PNG; `bytes` start with the signature. Never throws, never reads past the end, linear in the file's length.
 *
 * All chunks up to IEND are read, and the checksums of critical chunks are verified: the decoder traps on a truncated
 * file, and ignores checksums. Bytes after IEND are ignored. Chunks on which the decoder always fails are refused here.
 * `png-data.ts` checks the inflated data.
 */
export function readPngHeader(bytes: Uint8Array): SniffResult {
  if (bytes.length < SIGNATURE_BYTES + CHUNK_OVERHEAD_BYTES + IHDR_BYTES) return TRUNCATED;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const raster = readRaster(bytes);
  if ("refused" in raster) return raster;
  const maxDataBytes = maxDeflatedBytes(raster);
  let progress: Progress = { hasPalette: false, hasTransparency: false, dataBytes: 0 };
  let orientation = 1;
  for (let at = SIGNATURE_BYTES; at + CHUNK_OVERHEAD_BYTES <= bytes.length;) {
    const length = view.getUint32(at);
    const end = at + CHUNK_OVERHEAD_BYTES + length;
    if (end > bytes.length) return TRUNCATED;
    const type = view.getUint32(at + 4);
    const isDamaged = (isCritical(type) || type === EXIF) && checksum(bytes, at, end) !== view.getUint32(end - 4);
    if (isDamaged && isCritical(type)) return DAMAGED;
    if (type === EXIF && !isDamaged) orientation = exifOrientation(bytes.subarray(at + 8, end - 4));
    if (type === IEND) return progress.dataBytes > 0 ? pngHeader(raster, orientation) : NO_PICTURE;
    const next = at === SIGNATURE_BYTES ? progress : advance(progress, type, length, raster);
    if ("refused" in next) return next;
    if (next.dataBytes > maxDataBytes) return corrupt("The PNG contains more data than its dimensions allow.");
    progress = next;
    at = end;
  }
  return TRUNCATED;
}

function pngHeader({ width, height }: PngRaster, orientation: number): SniffResult {
  return applyOrientation({ format: "png", width, height }, orientation);
}

/** Applies a chunk after IHDR (PNG specification, sections 5.6, 11.2.3 and 11.3.2.1). */
function advance(progress: Progress, type: number, length: number, { colourType }: PngRaster): Progress | Refusal {
  const { hasPalette, hasTransparency, dataBytes } = progress;
  const lacksPalette = colourType === PALETTE && !hasPalette;
  if (type === IHDR) return corrupt("The PNG has a second IHDR chunk.");
  if (type === PLTE) {
    const isValid = !hasPalette && dataBytes === 0 && length > 0 && length <= MAX_PALETTE_BYTES && length % 3 === 0;
    return isValid ? { ...progress, hasPalette: true } : corrupt("The PNG's palette is invalid.");
  }
  if (type === TRNS && dataBytes === 0) {
    const isValid = !hasTransparency && !lacksPalette && length >= (TRANSPARENCY_BYTES[colourType] ?? Infinity);
    return isValid ? { ...progress, hasTransparency: true } : corrupt("The PNG's tRNS chunk is invalid.");
  }
  if (type !== IDAT) return progress;
  return lacksPalette ? corrupt("The PNG has no palette.") : { ...progress, dataBytes: dataBytes + length };
}

/** Yields the data of the IDAT chunks in order, without empty ones, after `readPngHeader` has accepted the file. */
export function* imageDataChunks(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE_BYTES; at + CHUNK_OVERHEAD_BYTES <= bytes.length;) {
    const length = view.getUint32(at);
    const type = view.getUint32(at + 4);
    if (type === IEND) return;
    if (type === IDAT && length > 0) yield bytes.subarray(at + 8, at + 8 + length);
    at += CHUNK_OVERHEAD_BYTES + length;
  }
}

/** Reads and validates IHDR: width (4 bytes), height (4), bit depth, colour type, compression, filter, interlacing. */
export function readRaster(bytes: Uint8Array): PngRaster | Refusal {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFirst = view.getUint32(SIGNATURE_BYTES) === IHDR_BYTES && view.getUint32(SIGNATURE_BYTES + 4) === IHDR;
  if (!isFirst) return corrupt("The PNG does not begin with an IHDR chunk.");
  const start = SIGNATURE_BYTES + 8;
  const [width, height] = [view.getUint32(start), view.getUint32(start + 4)];
  const [bitDepth, colourType] = [view.getUint8(start + 8), view.getUint8(start + 9)];
  const interlacing = view.getUint8(start + 12);
  const isValid =
    (BIT_DEPTHS[colourType] ?? []).includes(bitDepth) &&
    view.getUint8(start + 10) === 0 &&
    view.getUint8(start + 11) === 0 &&
    interlacing <= 1 &&
    Math.min(width, height) >= 1 &&
    Math.max(width, height) <= MAX_SIDE;
  if (!isValid) return corrupt("The PNG's IHDR chunk is invalid.");
  return { width, height, bitDepth, colourType, isInterlaced: interlacing === 1 };
}

/** Ancillary chunks, which a reader may ignore, have bit 5 of the type's first byte set: a lowercase letter. */
function isCritical(type: number): boolean {
  return (type & 0x20000000) === 0;
}

/** Computes the checksum of a chunk's type and data; `start` and `end` delimit the whole chunk. */
function checksum(bytes: Uint8Array, start: number, end: number): number {
  return crc32(bytes.subarray(start + 4, end - 4));
}

/** CRC of the PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
