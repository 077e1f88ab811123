import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutMetadata } from "../../src/image/metadata.ts";
import { sniff } from "../../src/image/sniff.ts";
import { jpegSegments, joinBytes } from "../support/image-bytes.ts";
import { jpegMetadata, pngMetadata, vp8x, webpChunks, webpMetadata, webpOf } from "../support/metadata-bytes.ts";
import { vectorImage, vectorImages } from "../support/vector-images.ts";

function withoutMetadataIn(bytes: Uint8Array): Uint8Array {
  const header = sniff(bytes);
  if ("refused" in header) throw new Error(header.reason);
  return joinBytes(...withoutMetadata({ bytes, format: header.format }));
}

/** Inserts parts of a file, each at one of these offsets. */
function inserted(bytes: Uint8Array, at: readonly number[], parts: readonly Uint8Array[], picks: readonly number[]) {
  const places = parts
    .map((part, index) => ({ part, at: at[(picks[index] ?? 0) % at.length] ?? 0 }))
    .toSorted((one, other) => one.at - other.at);
  const pieces = places.map((place, index) => [bytes.subarray(places[index - 1]?.at ?? 0, place.at), place.part]);
  return joinBytes(...pieces.flat(), bytes.subarray(places.at(-1)?.at ?? 0));
}

function pngChunkOffsets(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer);
  const offsets: number[] = [];
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) if (at > 8) offsets.push(at);
  return offsets;
}

const plain = ["baseline-422-501x333.jpg", "small-33x33.png", "lossy-300x201.webp", "placed-150x100.gif"];
const orientation = fc.integer({ min: 2, max: 8 });
const picks = fc.array(fc.nat(), { minLength: 4, maxLength: 4 });

describe("a file without metadata", () => {
  it.each(plain)("is the same file if it has none: %s", (file) => {
    expect(withoutMetadataIn(vectorImage(file))).toEqual(vectorImage(file));
  });

  it("has no orientation, and the size of its stored pixels, whatever the image", () => {
    for (const { file } of vectorImages) {
      const stored = sniff(withoutMetadataIn(vectorImage(file)));
      const displayed = sniff(vectorImage(file));
      if ("refused" in stored || "refused" in displayed) throw new Error(file);
      const isTransposed = (displayed.orientation ?? 1) >= 5;
      const { width, height, format } = displayed;
      expect(stored).toEqual({ format, width: isTransposed ? height : width, height: isTransposed ? width : height });
    }
  });

  it("has lost EXIF and XMP wherever they were in a JPEG, and nothing else", () => {
    const bytes = withoutMetadataIn(vectorImage("orientation-6-61x43.jpg"));
    const offsets = jpegSegments(bytes).map(({ at }) => at);
    const property = fc.property(orientation, picks, (value, places) => {
      const metadata = jpegMetadata(value);
      expect(withoutMetadataIn(inserted(bytes, offsets, metadata, places))).toEqual(bytes);
    });
    fc.assert(property);
  });

  it("has lost EXIF and texts wherever they were in a PNG, and nothing else", () => {
    const bytes = vectorImage("small-33x33.png");
    const property = fc.property(orientation, picks, (value, places) => {
      const metadata = pngMetadata(value);
      expect(withoutMetadataIn(inserted(bytes, pngChunkOffsets(bytes), metadata, places))).toEqual(bytes);
    });
    fc.assert(property);
  });

  it("has lost EXIF and XMP wherever they were in a WebP, their flags too, and nothing else", () => {
    const image = webpChunks(vectorImage("lossy-300x201.webp"));
    const property = fc.property(orientation, fc.boolean(), (value, isBehind) => {
      const chunks = isBehind ? [...image, ...webpMetadata(value)] : [...webpMetadata(value), ...image];
      const bytes = webpOf(vp8x(300, 201, true), ...chunks);
      expect(withoutMetadataIn(bytes)).toEqual(webpOf(vp8x(300, 201, false), ...image));
    });
    fc.assert(property, { numRuns: 20 });
  });
});
