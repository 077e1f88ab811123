import { joinBytes, jpegSegment, pngChunk } from "./image-bytes.ts";
import { latin1 } from "./text-bytes.ts";

/** EXIF data with nothing but an orientation: a big-endian TIFF header and one directory with one entry. */
export function exifOf(orientation: number): Uint8Array {
  return Uint8Array.of(
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    1,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  );
}

/** XMP with an orientation, which Pillow takes where there is no EXIF. */
export function xmpOf(orientation: number): Uint8Array {
  const description = `<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="${orientation}"/>`;
  return latin1(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${description}</rdf:RDF>`);
}

/** JPEG segments that hold an orientation. */
export const jpegMetadata = (orientation: number): readonly Uint8Array[] => [
  jpegSegment(0xe1, joinBytes(latin1("Exif\0\0"), exifOf(orientation))),
  jpegSegment(0xe1, joinBytes(latin1("http://ns.adobe.com/xap/1.0/\0"), xmpOf(orientation))),
];

/** PNG chunks that hold an orientation, or may. */
export const pngMetadata = (orientation: number): readonly Uint8Array[] => [
  pngChunk("eXIf", exifOf(orientation)),
  pngChunk("iTXt", joinBytes(latin1("XML:com.adobe.xmp\0\0\0\0\0"), xmpOf(orientation))),
  pngChunk("tEXt", latin1("Raw profile type exif\0\nexif\n")),
  pngChunk("zTXt", latin1("Raw profile type exif\0\0")),
];

/** A RIFF chunk, padded to an even length. */
export function riffChunk(type: string, data: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, data.length, true);
  return joinBytes(latin1(type), length, data, new Uint8Array(data.length % 2));
}

/** WebP chunks that hold an orientation. */
export const webpMetadata = (orientation: number): readonly Uint8Array[] => [
  riffChunk("EXIF", exifOf(orientation)),
  riffChunk("XMP ", xmpOf(orientation)),
];

/** A WebP of these chunks. */
export function webpOf(...chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joinBytes(riffChunk("RIFF", joinBytes(latin1("WEBP"), ...chunks)));
}

/** The chunks of a WebP. */
export function webpChunks(bytes: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Uint8Array[] = [];
  for (let at = 12; at < bytes.length; at += chunks.at(-1)?.length ?? 8) {
    const length = view.getUint32(at + 4, true);
    chunks.push(bytes.subarray(at, at + 8 + length + (length % 2)));
  }
  return chunks;
}

/** A VP8X chunk for an image of this size that announces EXIF and XMP, or neither. */
export function vp8x(width: number, height: number, hasMetadata: boolean): Uint8Array {
  const data = new Uint8Array(10);
  const view = new DataView(data.buffer);
  view.setUint8(0, hasMetadata ? 0x0c : 0);
  view.setUint32(4, width - 1, true);
  // Three bytes each.
  view.setUint16(7, height - 1, true);
  return riffChunk("VP8X", data);
}
