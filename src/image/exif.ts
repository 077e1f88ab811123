import type { ImageHeader } from "./header.ts";

/** TIFF's tag of the orientation (EXIF 3.0, 4.6.5.1.6), and its type, a number of two bytes. */
const ORIENTATION = 0x0112;
const SHORT = 3;

/** Byte orders by the two letters that a TIFF header begins with. */
const IS_LITTLE: ReadonlyMap<number, boolean> = new Map([
  [0x4949, true],
  [0x4d4d, false],
]);
const TIFF_MAGIC = 42;
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;

/** "Exif" and two zeros stand before the TIFF header in a JPEG, and in some WebP files. */
const PREFIX = [0x45, 0x78, 0x69, 0x66, 0, 0];

/** Whether a JPEG's APP1 segment, or a chunk of another file, begins as EXIF data in a JPEG do. */
export function hasExifPrefix(bytes: Uint8Array): boolean {
  return PREFIX.every((byte, at) => bytes[at] === byte);
}

/**
 * The orientation that EXIF data name, 1 to 8: 1, rows as they are seen, where they name none, or are damaged. As browsers do, the
 * first image file directory is read, and XMP is not.
 */
export function exifOrientation(exif: Uint8Array): number {
  const bytes = hasExifPrefix(exif) ? exif.subarray(PREFIX.length) : exif;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = view.byteLength < HEADER_BYTES ? undefined : IS_LITTLE.get(view.getUint16(0));
  if (isLittle === undefined || view.getUint16(2, isLittle) !== TIFF_MAGIC) return 1;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, isLittle);
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * ENTRY_BYTES;
    if (at + ENTRY_BYTES > view.byteLength) return 1;
    if (view.getUint16(at, isLittle) === ORIENTATION) return orientationAt(view, at, isLittle);
  }
  return 1;
}

/** An entry is its tag, type (2 bytes each), count (4) and value (4), which begins with what is shorter. */
function orientationAt(view: DataView, at: number, isLittle: boolean): number {
  const value = view.getUint16(at + 2, isLittle) === SHORT ? view.getUint16(at + 8, isLittle) : 1;
  return value >= 1 && value <= 8 ? value : 1;
}

/** A header whose sizes are as stored, as a viewer shows the picture. From 5 on, rows are seen as columns. */
export function oriented(stored: ImageHeader, orientation: number): ImageHeader {
  if (orientation === 1) return stored;
  const { width, height } = stored;
  return { ...stored, ...(orientation >= 5 && { width: height, height: width }), orientation };
}
