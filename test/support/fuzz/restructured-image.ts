import * as fc from "fast-check";
import { pngChunk } from "../image-bytes.ts";
import { jpegMetadata, pngMetadata, webpMetadata } from "../metadata-bytes.ts";
import { latin1 } from "../text-bytes.ts";
import { byteChange, place } from "./byte-changes.ts";
import { type Bytes, offsetOf, spliced } from "./bytes.ts";
import { fileOf, lengthField, type Pieces, piecesOf } from "./image-pieces.ts";
import { labelled, type Labelled, seldom, weighted } from "./labelled.ts";
import { type ImageFormat, imageFormats, seedImages } from "./seed-images.ts";

type PieceChange = Labelled<(pieces: readonly Uint8Array[]) => readonly Uint8Array[]>;

/** The index of a piece at a place; never beyond the last one. */
const indexOf = (where: number, pieces: readonly unknown[]): number =>
  Math.min(offsetOf(where, pieces.length), Math.max(0, pieces.length - 1));

/** Replaces the piece at a place by others. */
function replaced(
  where: number,
  change: (piece: Uint8Array) => readonly Uint8Array[],
): (pieces: readonly Uint8Array[]) => readonly Uint8Array[] {
  return (pieces) => {
    const at = indexOf(where, pieces);
    return pieces.flatMap((piece, index) => (index === at ? change(piece) : [piece]));
  };
}

const moved = fc.tuple(place, place).map(([from, to]) => (pieces: readonly Uint8Array[]) => {
  const at = indexOf(from, pieces);
  const others = pieces.toSpliced(at, 1);
  return others.toSpliced(indexOf(to, pieces), 0, ...pieces.slice(at, at + 1));
});
const shuffled = fc.array(fc.nat(), { minLength: 12, maxLength: 12 }).map(
  (keys) => (pieces: readonly Uint8Array[]) =>
    pieces
      .map((piece, index) => ({ piece, key: keys[index % keys.length] ?? 0 }))
      .toSorted((one, other) => one.key - other.key)
      .map(({ piece }) => piece),
);
const removed = place.map((where) => replaced(where, () => []));
const repeated = fc
  .tuple(place, weighted([8, fc.integer({ min: 2, max: 4 })], [1, fc.constant(300)]))
  .map(([where, times]) =>
    replaced(where, (piece) => Array.from({ length: piece.length > 500 ? 2 : times }, () => piece)),
  );
const strayBytes = fc
  .tuple(
    place,
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc.nat({ max: 600 }).map((length) => new Uint8Array(length)),
    ),
  )
  .map(([where, bytes]) => replaced(where, (piece) => [bytes, piece]));
const cutPiece = fc
  .tuple(place, place)
  .map(([where, to]) => replaced(where, (piece) => [piece.subarray(0, offsetOf(to, piece.length))]));
const changedPiece = fc
  .tuple(place, byteChange)
  .map(([where, { value: change }]) => replaced(where, (piece) => [change(piece)]));

/** Puts another number into a piece's length field: nearly right, or extreme. */
function wrongLength(format: ImageFormat): fc.Arbitrary<PieceChange["value"]> {
  const { at, bytes } = lengthField[format];
  const extreme = fc.constantFrom(0, 1, 0x7f, 0xff).map((byte) => new Uint8Array(bytes).fill(byte));
  const any = fc.uint8Array({ minLength: bytes, maxLength: bytes });
  const last = at + (format === "webp" ? 0 : bytes - 1);
  const stepped = fc
    .tuple(place, fc.integer({ min: -3, max: 3 }))
    .map(([where, step]) =>
      replaced(where, (piece) => [spliced(piece, last, last + 1, Uint8Array.of((piece[last] ?? 0) + step))]),
    );
  const overwritten = fc
    .tuple(place, fc.oneof(extreme, any))
    .map(([where, field]) => replaced(where, (piece) => [spliced(piece, at, at + bytes, field)]));
  return fc.oneof(stepped, overwritten);
}

/** Changes the data of a PNG's chunk and gives it the right length and checksum, which other decoders rely on. */
const changedChunk = fc.tuple(place, byteChange).map(([where, { value: change }]) =>
  replaced(where, (piece) => {
    const type = String.fromCharCode(...piece.subarray(4, 8));
    return [pngChunk(type, change(piece.subarray(8, -4)))];
  }),
);

const metadata: Readonly<Record<ImageFormat, (orientation: number) => readonly Uint8Array[]>> = {
  png: pngMetadata,
  jpeg: jpegMetadata,
  webp: webpMetadata,
  gif: () => [],
};

/** A piece that can be inserted into a file: one of another file of the format, or EXIF or XMP with any orientation. Some are changed. */
function anyPiece(format: ImageFormat): fc.Arbitrary<Uint8Array> {
  const others = seedImages[format].flatMap((seed) => piecesOf[format](seed).pieces.slice(0, 9));
  const known = fc.nat({ max: 9 }).chain((orientation) => fc.constantFrom(...metadata[format](orientation), ...others));
  return seldom(
    3,
    known,
    fc.tuple(known, byteChange).map(([piece, { value: change }]) => change(piece)),
  );
}

function pieceChange(format: ImageFormat): fc.Arbitrary<PieceChange> {
  const inserted = fc.tuple(place, anyPiece(format)).map(([where, piece]) => replaced(where, (next) => [piece, next]));
  return weighted<PieceChange>(
    [2, labelled("a piece moved", moved)],
    [1, labelled("pieces shuffled", shuffled)],
    [2, labelled("a piece removed", removed)],
    [2, labelled("a piece repeated", repeated)],
    [3, labelled("stray bytes", strayBytes)],
    [1, labelled("a piece cut off", cutPiece)],
    [2, labelled("a piece changed", changedPiece)],
    [2, labelled("a wrong length", wrongLength(format))],
    [6, labelled("a piece inserted", inserted)],
    ...(format === "png" ? [[3, labelled("data changed, checksum right", changedChunk)] as const] : []),
  );
}

function restructured(format: ImageFormat): fc.Arbitrary<Labelled<Bytes>> {
  const changes = fc.array(pieceChange(format), { minLength: 1, maxLength: 3 });
  return fc
    .tuple(fc.constantFrom(...seedImages[format]), changes, seldom(4, fc.constant(true), fc.constant(false)))
    .map(([seed, list, isSized]) => {
      const split: Pieces = piecesOf[format](seed);
      const pieces = list.reduce((current, { value: change }) => change(current), split.pieces);
      return {
        what: `${format}: ${list.map(({ what }) => what).join(", ")}`,
        value: fileOf(format, { head: split.head, pieces }, isSized),
      };
    });
}

/** A file whose chunks, segments or blocks were moved, removed, repeated, cut, changed or joined by others. */
export const restructuredImage: fc.Arbitrary<Labelled<Bytes>> = fc.oneof(...imageFormats.map(restructured));

/** The format's signature alone, and what some callers send for an image. */
export const noImage: fc.Arbitrary<Labelled<Bytes>> = labelled(
  "no image",
  fc
    .constantFrom(
      "",
      "hello",
      "<!DOCTYPE html><html></html>",
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      "\0\0\0\u001cftypavif\0\0\0\0avifmif1",
      "\0\0\0\u0018ftypheic\0\0\0\0",
      "BM\u0046\0\0\0",
      "II*\0\u0008\0\0\0",
      "%PDF-1.7",
      "PK\u0003\u0004",
      "\u00ef\u00bb\u00bf\u0089PNG\r\n\u001a\n",
      "\u0089PNG\n\u001a\n",
      "\u0089PNG\r\n\u001a\n",
      "\u00ff\u00d8\u00ff",
      "\u00ff\u00d8\u00ff\u00d9",
      "GIF89a",
      "GIF88a\u0001\0\u0001\0\0\0\0;",
      "RIFF\0\0\0\0WEBP",
      "RIFF\u00ff\u00ff\u00ff\u00ffWEBPVP8L",
      "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    )
    .map(latin1),
);
