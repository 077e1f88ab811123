import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exifOrientation } from "../../src/image/exif.ts";
import { sniff } from "../../src/image/sniff.ts";
import { joinBytes, jpegSegment, pngChunk } from "../support/image-bytes.ts";
import { vectorImage } from "../support/vector-images.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const entry = (tag: number, type: number, value: number): readonly number[] => [
  tag & 255,
  tag >> 8,
  type,
  0,
  1,
  0,
  0,
  0,
  value,
  0,
  0,
  0,
];
const make = entry(0x010f, 2, 0);

/** EXIF data in little-endian order: a TIFF header and one directory with these entries. */
function tiff(...entries: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.of(0x49, 0x49, 42, 0, 8, 0, 0, 0, entries.length, 0, ...entries.flat(), 0, 0, 0, 0);
}
const oriented = (orientation: number): Uint8Array => tiff(make, entry(0x0112, 3, orientation));
const prefix = latin1("Exif\0\0");

const exif = (orientation: number) => jpegSegment(0xe1, joinBytes(prefix, oriented(orientation)));

describe("exifOrientation", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("reads orientation %i in either byte order", (orientation) => {
    const big = Uint8Array.of(0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0);
    expect(exifOrientation(oriented(orientation))).toBe(orientation);
    expect(exifOrientation(big)).toBe(orientation);
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["no orientation", tiff(make)],
    ["an orientation of zero", oriented(0)],
    ["an orientation of nine", oriented(9)],
    ["an orientation of another type", tiff(entry(0x0112, 4, 6))],
    ["an orientation of two numbers", tiff(make, entry(0x0112, 3, 6).with(4, 2))],
    ["the prefix that EXIF data has in a JPEG", joinBytes(prefix, oriented(6))],
    ["another byte order", oriented(6).with(0, 0x50)],
    ["a magic number other than 42", oriented(6).with(2, 43)],
    ["a directory after the end", oriented(6).with(5, 1)],
    ["a truncated directory", oriented(6).subarray(0, 30)],
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
    expect(withSegments(jpegSegment(0xe2, joinBytes(prefix, oriented(6))))).not.toHaveProperty("orientation");
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
  const chunk = pngChunk("eXIf", oriented(6));
  const damaged = pngChunk("eXIf", oriented(3)).with(-1, 0);

  it("swaps width and height", () => {
    expect(sniff(joinBytes(start, chunk, rest))).toEqual({ format: "png", width: 240, height: 320, orientation: 6 });
  });

  it("is the first chunk with a right checksum", () => {
    const other = pngChunk("eXIf", oriented(3));
    expect(sniff(joinBytes(start, damaged, rest))).toEqual({ format: "png", width: 320, height: 240 });
    expect(sniff(joinBytes(start, damaged, chunk, other, rest))).toMatchObject({ orientation: 6 });
    expect(sniff(joinBytes(start, pngChunk("eXIf", new Uint8Array()), chunk, rest))).not.toHaveProperty("orientation");
  });

  it("is ignored after the image data", () => {
    const bytes = joinBytes(png.subarray(0, -12), chunk, png.subarray(-12));
    expect(sniff(bytes)).toEqual({ format: "png", width: 320, height: 240 });
  });
});
