/** "Exif" and two zero bytes, which EXIF data in a JPEG begin with. */
export const exifPrefix = Uint8Array.of(0x45, 0x78, 0x69, 0x66, 0, 0);

/** An entry of a directory: its tag, its type (3 is a two-byte integer), its value, and how many values it has. */
export function exifEntry(tag: number, type: number, value: number, count = 1): readonly number[] {
  return [tag & 255, tag >> 8, type, 0, count, 0, 0, 0, value, 0, 0, 0];
}

/** EXIF data in little-endian order: a TIFF header and one directory with these entries. */
export function tiff(...entries: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0x49, 0x49, 42, 0, 8, 0, 0, 0, entries.length, 0, ...entries.flat(), 0, 0, 0, 0);
}

/** EXIF data with an orientation, after the name of a camera's maker. */
export function orientedTiff(orientation: number): Uint8Array<ArrayBuffer> {
  return tiff(exifEntry(0x010f, 2, 0), exifEntry(0x0112, 3, orientation));
}
