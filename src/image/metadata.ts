import type { ImageHeader } from "./header.ts";
import { MARKERS, nextSegmentMarker } from "./jpeg-markers.ts";

/** The format and bytes of a file whose header has been accepted. */
interface ImageFile extends Pick<ImageHeader, "format"> {
  readonly bytes: Uint8Array;
}

const SOI_BYTES = 2;

/** EXIF and XMP are in APP1 segments; decoders read none after the start of the image data. */
function* jpegParts(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  const ends: ReadonlySet<number | undefined> = new Set([MARKERS.sos, MARKERS.eoi, undefined]);
  let from = 0;
  for (let at = nextSegmentMarker(bytes, SOI_BYTES); !ends.has(bytes[at]);) {
    const next = at + 1 + (bytes[at + 1] ?? 0) * 256 + (bytes[at + 2] ?? 0);
    if (bytes[at] === MARKERS.app1) {
      yield bytes.subarray(from, at - 1);
      from = next;
    }
    at = nextSegmentMarker(bytes, next);
  }
  yield bytes.subarray(from);
}

/** A PNG chunk is length (4 bytes, big-endian), type (4), data and checksum (4), after a signature of 8 bytes. */
const PNG_SIGNATURE_BYTES = 8;
const PNG_CHUNK_OVERHEAD = 12;
/** eXIf, and the texts, in which older programs store EXIF ("Raw profile type exif") and XMP: tEXt, zTXt, iTXt. */
const PNG_METADATA: ReadonlySet<number> = new Set([0x65584966, 0x74455874, 0x7a545874, 0x69545874]);

function* pngParts(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let from = 0;
  for (let at = PNG_SIGNATURE_BYTES; at + PNG_CHUNK_OVERHEAD <= bytes.length;) {
    const end = at + PNG_CHUNK_OVERHEAD + view.getUint32(at);
    if (PNG_METADATA.has(view.getUint32(at + 4))) {
      yield bytes.subarray(from, at);
      from = end;
    }
    at = end;
  }
  yield bytes.subarray(from);
}

/** A WebP is "RIFF", the length of the rest (4 bytes, little-endian), "WEBP", and chunks: type (4), length (4), data, padded to even lengths. */
const RIFF_HEADER_BYTES = 12;
const RIFF_CHUNK_HEADER = 8;
/** EXIF and XMP. */
const WEBP_METADATA: ReadonlySet<number> = new Set([0x45584946, 0x584d5020]);
const VP8X = 0x56503858;
/** The flags of VP8X without those that announce EXIF (8) and XMP (4). */
const FLAGS_WITHOUT_METADATA = 0xf3;

function* webpChunks(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // A file that ends after its bitstream is accepted, although its length says more.
  const fileEnd = Math.min(bytes.length, RIFF_CHUNK_HEADER + view.getUint32(4, true));
  for (let at = RIFF_HEADER_BYTES; at + RIFF_CHUNK_HEADER <= fileEnd;) {
    const [type, length] = [view.getUint32(at), view.getUint32(at + 4, true)];
    const chunk = bytes.subarray(at, at + RIFF_CHUNK_HEADER + length + (length % 2));
    const flags = (chunk[RIFF_CHUNK_HEADER] ?? 0) & FLAGS_WITHOUT_METADATA;
    if (!WEBP_METADATA.has(type)) yield type === VP8X ? chunk.with(RIFF_CHUNK_HEADER, flags) : chunk;
    at += chunk.length;
  }
}

function* webpParts(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  const header = bytes.slice(0, RIFF_HEADER_BYTES);
  let length = RIFF_HEADER_BYTES - RIFF_CHUNK_HEADER;
  for (const chunk of webpChunks(bytes)) length += chunk.length;
  new DataView(header.buffer).setUint32(4, length, true);
  yield header;
  yield* webpChunks(bytes);
}

/** A GIF has no orientation. */
function* gifParts(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  yield bytes;
}

const partsByFormat = { jpeg: jpegParts, png: pngParts, webp: webpParts, gif: gifParts } as const satisfies Readonly<
  Record<ImageHeader["format"], unknown>
>;

/**
 * The file without EXIF, XMP and texts, in parts: the pixels that it stores, which no viewer rotates. Viewers differ in which metadata they
 * take an orientation from. The parts are views of `bytes`, but for a few that are changed. Pure; the header must have been accepted.
 */
export function withoutMetadata({ bytes, format }: ImageFile): Generator<Uint8Array, void, void> {
  return partsByFormat[format](bytes);
}
