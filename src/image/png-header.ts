import { corrupt, type Sniffed } from "./header.ts";

const SIGNATURE_BYTES = 8;
/** Chunk types, their four letters as one number. */
const IHDR = 0x49484452;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
const IHDR_BYTES = 13;
/** Length and type before a chunk's data, checksum after it. */
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

const TRUNCATED = corrupt("The PNG ends before its IEND chunk: only a part of the file is here.");

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/**
 * Reads a PNG that starts with its signature. Never throws, never reads past the end, linear in the file's length.
 *
 * The chunks are walked to IEND and the checksums of those that make the picture compared: the decoder traps on a
 * truncated file, and takes no notice of checksums. What follows IEND is not looked at.
 */
export function readPngHeader(bytes: Uint8Array): Sniffed {
  if (bytes.length < SIGNATURE_BYTES + CHUNK_OVERHEAD_BYTES + IHDR_BYTES) return TRUNCATED;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readIhdr(view);
  if ("refused" in header) return header;
  let hasData = false;
  for (let at = SIGNATURE_BYTES; at + CHUNK_OVERHEAD_BYTES <= bytes.length;) {
    const end = at + CHUNK_OVERHEAD_BYTES + view.getUint32(at);
    if (end > bytes.length) return TRUNCATED;
    const type = view.getUint32(at + 4);
    if (isCritical(type) && crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      return corrupt("A chunk of the PNG does not fit its checksum.");
    }
    if (type === IEND) return hasData ? header : corrupt("The PNG holds no picture.");
    hasData ||= type === IDAT;
    at = end;
  }
  return TRUNCATED;
}

/** IHDR's data: width (4 bytes), height (4), bit depth, colour type, compression, filter, interlacing. */
function readIhdr(view: DataView): Sniffed {
  const isFirst = view.getUint32(SIGNATURE_BYTES) === IHDR_BYTES && view.getUint32(SIGNATURE_BYTES + 4) === IHDR;
  if (!isFirst) return corrupt("The PNG does not begin with an IHDR chunk.");
  const start = SIGNATURE_BYTES + 8;
  const [width, height] = [view.getUint32(start), view.getUint32(start + 4)];
  const depths = BIT_DEPTHS[view.getUint8(start + 9)] ?? [];
  const isValid =
    depths.includes(view.getUint8(start + 8)) &&
    view.getUint8(start + 10) === 0 &&
    view.getUint8(start + 11) === 0 &&
    view.getUint8(start + 12) <= 1 &&
    Math.min(width, height) >= 1 &&
    Math.max(width, height) <= MAX_SIDE;
  return isValid ? { format: "png", width, height } : corrupt("The PNG's IHDR chunk makes no sense.");
}

/** Bit 5 of a type's first byte, which makes the letter small, marks chunks that a reader may ignore. */
function isCritical(type: number): boolean {
  return (type & 0x20000000) === 0;
}

/** PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
