import * as fc from "fast-check";
import { joinBytes, jpegSegment, pngChunk } from "../image-bytes.ts";
import { exifData, prefixedExif } from "./any-exif.ts";
import { webpChunk } from "./any-piece.ts";
import { byteChange } from "./byte-changes.ts";
import type { Bytes } from "./bytes.ts";
import { generatedPng } from "./generated-png.ts";
import { imageBomb } from "./image-bombs.ts";
import { fileOf, piecesOf } from "./image-pieces.ts";
import { labelled, type Labelled, weighted } from "./labelled.ts";
import { noImage, restructuredImage } from "./restructured-image.ts";
import { imageFormats, seedImages } from "./seed-images.ts";

const seeds = imageFormats.flatMap((format) => seedImages[format].map((value) => ({ what: format, value })));

/** A valid small image of any format. */
export const validImage: fc.Arbitrary<Labelled<Bytes>> = fc.constantFrom(...seeds);

const damaged = fc
  .tuple(validImage, fc.array(byteChange, { minLength: 1, maxLength: 2 }))
  .map(([{ what, value }, changes]) => ({
    what: `${what}: ${changes.map((change) => change.what).join(", ")}`,
    value: changes.reduce((bytes, change) => change.value(bytes), value),
  }));

/** The second piece of a file is a good place for EXIF in all of its formats. */
function withPiece(format: "png" | "jpeg" | "webp", pieces: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Labelled<Bytes>> {
  const files = fc.tuple(fc.constantFrom(...seedImages[format]), pieces, fc.boolean()).map(([seed, piece, isFirst]) => {
    const split = piecesOf[format](seed);
    const at = isFirst ? 1 : split.pieces.length - 1;
    return fileOf(format, { head: split.head, pieces: split.pieces.toSpliced(at, 0, piece) }, true);
  });
  return labelled(`${format}: exif`, files);
}

const oriented = fc.oneof(
  withPiece("jpeg", prefixedExif.map((data) => jpegSegment(0xe1, data))),
  withPiece("png", exifData.map((data) => pngChunk("eXIf", data))),
  withPiece("webp", fc.oneof(exifData, prefixedExif).map((data) => webpChunk("EXIF", data))),
);

/** Two files one after the other, or one with the end of another. */
const spliced = fc.tuple(validImage, validImage, fc.boolean()).map(([one, other, isWhole]) => ({
  what: `${one.what} and ${other.what}`,
  value: isWhole
    ? joinBytes(one.value, other.value)
    : joinBytes(one.value.subarray(0, one.value.length / 2), other.value.subarray(other.value.length / 2)),
}));

/** The body of an image: valid, generated, damaged, restructured, with EXIF, spliced, a bomb, or no image at all. */
export const anyImage: fc.Arbitrary<Labelled<Bytes>> = weighted(
  [8, validImage],
  [8, generatedPng],
  [12, damaged],
  [16, restructuredImage],
  [8, oriented],
  [1, spliced],
  [3, imageBomb],
  [2, noImage],
);
