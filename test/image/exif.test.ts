import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exifOrientation } from "../../src/image/exif.ts";
import { sniff } from "../../src/image/sniff.ts";
import { exifEntry, exifPrefix, orientedTiff, tiff } from "../support/exif-bytes.ts";
import { joinBytes, jpegSegment, pngChunk, withWrongEnd } from "../support/image-bytes.ts";
import { vectorImage } from "../support/vector-images.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const make = exifEntry(0x010f, 2, 0);

const exif = (orientation: number) => jpegSegment(0xe1, joinBytes(exifPrefix, orientedTiff(orientation)));

describe("exifOrientation", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("reads orientation %i in either byte order", (orientation) => {
    const big = Uint8Array.of(0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0);
    expect(exifOrientation(orientedTiff(orientation))).toBe(orientation);
    expect(exifOrientation(big)).toBe(orientation);
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["no orientation", tiff(make)],
    ["an orientation of zero", orientedTiff(0)],
    ["an orientation of nine", orientedTiff(9)],
    ["an orientation of another type", tiff(exifEntry(0x0112, 4, 6))],
    ["an orientation of two numbers", tiff(make, exifEntry(0x0112, 3, 6, 2))],
    ["the prefix that EXIF data has in a JPEG", joinBytes(exifPrefix, orientedTiff(6))],
    ["another byte order", orientedTiff(6).with(0, 0x50)],
    ["a magic number other than 42", orientedTiff(6).with(2, 43)],
    ["a directory after the end", orientedTiff(6).with(5, 1)],
    ["a truncated directory", orientedTiff(6).subarray(0, 30)],
  ])("returns 1 for %s", (_, data) => {
    expect(exifOrientation(data)).toBe(1);
  });

  it("returns 1 to 8 for any bytes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("", "II*\0", "MM\0*", "Exif\0\0II*\0"),
        fc.uint8Array({ maxLength: 60 }),
        (start, rest) => {
          const orientation = exifOrientation(joinBytes(latin1(start), rest));
          expect(orientation).toBeGreaterThanOrEqual(1);
          expect(orientation).toBeLessThanOrEqual(8);
        },
      ),
    );
  });
});

describe("a JPEG's EXIF data", () => {
  const jpeg = vectorImage("grey-300x200.jpg");
  const withSegments = (...segments: readonly Uint8Array[]) =>
    sniff(joinBytes(jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)));

  it("swaps width and height from orientation 5 on", () => {
    expect(withSegments(exif(4))).toEqual({ format: "jpeg", width: 300, height: 200, orientation: 4 });
    expect(withSegments(exif(5))).toEqual({ format: "jpeg", width: 200, height: 300, orientation: 5 });
    expect(withSegments(exif(1))).toEqual({ format: "jpeg", width: 300, height: 200 });
  });

  it("is read from its first EXIF segment", () => {
    expect(withSegments(exif(8), exif(3))).toMatchObject({ orientation: 8 });
    expect(withSegments(jpegSegment(0xe1, latin1("http://ns.adobe.com/xap/1.0/\0")), exif(3))).toMatchObject({
      orientation: 3,
    });
    expect(withSegments(jpegSegment(0xe2, joinBytes(exifPrefix, orientedTiff(6))))).not.toHaveProperty("orientation");
  });

  it("is ignored after the image data", () => {
    const bytes = joinBytes(jpeg.subarray(0, -2), exif(6), jpeg.subarray(-2));
    expect(sniff(bytes)).toEqual({ format: "jpeg", width: 300, height: 200 });
  });
});

describe("a PNG's EXIF data", () => {
  const png = vectorImage("palette-320x240.png");
  const [start, rest] = [png.subarray(0, 33), png.subarray(33)];

  // As Chromium 156 does; test/browser/orientation.test.ts compares.
  const chunk = pngChunk("eXIf", orientedTiff(6));
  const damaged = withWrongEnd(pngChunk("eXIf", orientedTiff(3)));

  it("swaps width and height", () => {
    expect(sniff(joinBytes(start, chunk, rest))).toEqual({ format: "png", width: 240, height: 320, orientation: 6 });
  });

  it("is the first chunk with a right checksum", () => {
    const other = pngChunk("eXIf", orientedTiff(3));
    expect(sniff(joinBytes(start, damaged, rest))).toEqual({ format: "png", width: 320, height: 240 });
    expect(sniff(joinBytes(start, damaged, chunk, other, rest))).toMatchObject({ orientation: 6 });
    expect(sniff(joinBytes(start, pngChunk("eXIf", new Uint8Array()), chunk, rest))).not.toHaveProperty("orientation");
  });

  it("is ignored after the image data", () => {
    const bytes = joinBytes(png.subarray(0, -12), chunk, png.subarray(-12));
    expect(sniff(bytes)).toEqual({ format: "png", width: 320, height: 240 });
  });
});
