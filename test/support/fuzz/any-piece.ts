import * as fc from "fast-check";
import { joinBytes, jpegSegment, pngChunk } from "../image-bytes.ts";
import { exifData, prefixedExif } from "./any-exif.ts";
import { type Bytes, latin1, noise } from "./bytes.ts";
import { labelled, type Labelled, weighted } from "./labelled.ts";
import type { ImageFormat } from "./seed-images.ts";

/** Data of a chunk: empty, a few bytes, or noise of up to 1000. */
const data: fc.Arbitrary<Uint8Array> = weighted<Uint8Array>(
  [1, fc.constant(new Uint8Array())],
  [4, fc.uint8Array({ maxLength: 30 })],
  [1, fc.tuple(fc.nat({ max: 1000 }), fc.integer()).map(([length, seed]) => noise(length, seed))],
);

/** Chunks of the PNG standard and its extensions, and unknown ones, critical and not. */
const pngTypes =
  "PLTE tRNS sBIT gAMA cHRM sRGB sPLT hIST bKGD pHYs tIME tEXt zTXt iTXt iCCP cICP acTL fcTL fdAT IDAT IHDR IEND CgBI vpAg Abcd ABCD";

const pngPiece = weighted<Labelled<Uint8Array>>(
  [6, fc.tuple(fc.constantFrom(...pngTypes.split(" ")), data).map(([type, bytes]) => ({ what: type, value: pngChunk(type, bytes) }))],
  [1, labelled("tEXt", data.map((bytes) => pngChunk("tEXt", joinBytes(latin1("Comment\0"), bytes))))],
  [2, labelled("eXIf", exifData.map((bytes) => pngChunk("eXIf", bytes)))],
);

const jpegPiece = weighted<Labelled<Uint8Array>>(
  [
    5,
    fc
      .tuple(fc.integer({ min: 0xc0, max: 0xfe }), data)
      .map(([code, bytes]) => ({ what: code.toString(16), value: jpegSegment(code, bytes) })),
  ],
  [1, labelled("a marker", fc.nat({ max: 255 }).map((code) => Uint8Array.of(0xff, code)))],
  [1, labelled("fill bytes", fc.integer({ min: 1, max: 9 }).map((length) => new Uint8Array(length).fill(0xff)))],
  [2, labelled("EXIF", prefixedExif.map((bytes) => jpegSegment(0xe1, bytes)))],
);

/** A chunk of a WebP file, padded to an even length. */
export function webpChunk(type: string, bytes: Uint8Array): Bytes {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length, true);
  return joinBytes(latin1(type), length, bytes, new Uint8Array(bytes.length % 2));
}

const webpTypes = ["ICCP", "EXIF", "XMP ", "ALPH", "ANIM", "ANMF", "VP8X", "VP8 ", "VP8L", "ABCD", "\0\0\0\0"];
const webpPiece = weighted<Labelled<Uint8Array>>(
  [4, fc.tuple(fc.constantFrom(...webpTypes), data).map(([type, bytes]) => ({ what: type, value: webpChunk(type, bytes) }))],
  [2, labelled("EXIF", fc.oneof(exifData, prefixedExif).map((bytes) => webpChunk("EXIF", bytes)))],
);

/** An extension block of a GIF: its label, its data in blocks, and the terminator. */
function gifExtension(label: number, bytes: Uint8Array): Bytes {
  const blocks = Array.from({ length: Math.ceil(bytes.length / 255) }, (_, index) => {
    const block = bytes.subarray(255 * index, 255 * (index + 1));
    return joinBytes(Uint8Array.of(block.length), block);
  });
  return joinBytes(Uint8Array.of(0x21, label), ...blocks, new Uint8Array(1));
}

const gifPiece = weighted<Labelled<Uint8Array>>(
  [4, fc.tuple(fc.constantFrom(0xf9, 0xfe, 0xff, 0x01, 0, 7), data).map(([label, bytes]) => ({ what: label.toString(16), value: gifExtension(label, bytes) }))],
  [1, labelled("graphic control", fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => gifExtension(0xf9, bytes)))],
  [1, labelled("zeros", fc.integer({ min: 1, max: 9 }).map((length) => new Uint8Array(length)))],
  [1, labelled("a block of an unknown kind", data.map((bytes) => joinBytes(Uint8Array.of(0x2d), bytes)))],
);

/** A chunk, segment or block that can be inserted into a file of each format: known and unknown kinds, EXIF, well-formed or nearly. */
export const anyPiece: Readonly<Record<ImageFormat, fc.Arbitrary<Labelled<Uint8Array>>>> = {
  png: pngPiece,
  jpeg: jpegPiece,
  webp: webpPiece,
  gif: gifPiece,
};
