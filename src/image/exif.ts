import type { ImageHeader } from "./header.ts";

/** TIFF tag of the orientation (EXIF 3.0, 4.6.5.1.6), and its type, a two-byte integer. */
const ORIENTATION = 0x0112;
const SHORT = 3;

/** Whether the byte order is little-endian, by the first two letters of a TIFF header. */
const IS_LITTLE_ENDIAN: ReadonlyMap<number, boolean> = new Map([
  [0x4949, true],
  [0x4d4d, false],
]);
const TIFF_MAGIC = 42;
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;

/**
 * Reads the orientation from EXIF data, which begin with a TIFF header, 1 to 8. Returns 1 (rows as displayed) if the data has none or is
 * damaged. As in browsers, only the first image file directory is read, and only a single two-byte integer counts.
 */
export function exifOrientation(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const isLittleEndian = view.byteLength < HEADER_BYTES ? undefined : IS_LITTLE_ENDIAN.get(view.getUint16(0));
  if (isLittleEndian === undefined || view.getUint16(2, isLittleEndian) !== TIFF_MAGIC) return 1;
  const directory = view.getUint32(4, isLittleEndian);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, isLittleEndian);
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * ENTRY_BYTES;
    if (at + ENTRY_BYTES > view.byteLength) return 1;
    if (view.getUint16(at, isLittleEndian) === ORIENTATION) return orientationAt(view, at, isLittleEndian);
  }
  return 1;
}

/** An entry is tag, type (2 bytes each), count (4) and value (4); a value shorter than 4 bytes is stored first. */
function orientationAt(view: DataView, at: number, isLittleEndian: boolean): number {
  const isOneShort = view.getUint16(at + 2, isLittleEndian) === SHORT && view.getUint32(at + 4, isLittleEndian) === 1;
  const value = view.getUint16(at + 8, isLittleEndian);
  return isOneShort && value >= 1 && value <= 8 ? value : 1;
}

/** Converts the stored size to the size that a viewer displays. From orientation 5 on, stored rows are displayed as columns. */
export function applyOrientation(stored: ImageHeader, orientation: number): ImageHeader {
  if (orientation === 1) return stored;
  const { width, height } = stored;
  return { ...stored, ...(orientation >= 5 && { width: height, height: width }), orientation };
}
