import { describe, expect, it } from "vitest";
import { MAX_JPEG_BYTES_PER_PIXEL, MAX_JPEG_SCANS } from "../../src/image/jpeg-header.ts";
import { sniff } from "../../src/image/sniff.ts";
import { joinBytes, jpegSegment, jpegSegments } from "../support/image-bytes.ts";
import { vectorImage } from "../support/vector-images.ts";

const jpeg = vectorImage("baseline-422-501x333.jpg");
const picture = { format: "jpeg", width: 501, height: 333 };
const corrupt = { refused: "image-corrupt" };
const segments = jpegSegments(jpeg);
const frame = segments.find(({ code }) => code === 0xc0)?.at ?? 0;
const scan = segments.at(-1)?.at ?? 0;
const end = jpeg.length - 2;

function inserted(at: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(jpeg.subarray(0, at), ...parts, jpeg.subarray(at));
}

describe("a JPEG on which the decoder is sure to fail is refused by its header", () => {
  it.each([0xc0, 0xc1, 0xc2])("a second frame, before or after the first scan: %i", (code) => {
    const second = jpegSegment(code, jpeg.subarray(frame + 4, frame + 19));
    expect(sniff(inserted(scan, second))).toMatchObject(corrupt);
    expect(sniff(inserted(end, second))).toMatchObject(corrupt);
  });

  it.each([0x02, 0xbf, 0xc8, 0xde, 0xdf, 0xf0, 0xfd])("a segment that nobody knows: %i", (code) => {
    expect(sniff(inserted(scan, jpegSegment(code, [0, 0])))).toMatchObject(corrupt);
  });

  it("a frame header of a length that its components have not", () => {
    expect(sniff(jpeg.with(frame + 3, 18))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(frame + 9, 1))).toMatchObject(corrupt);
  });

  it.each([0x01, 0x10, 0x51, 0x15])("samples that a block has not: %i", (sampling) => {
    expect(sniff(jpeg.with(frame + 11, sampling))).toMatchObject(corrupt);
  });

  it("a fraction of a sample, or more blocks in a unit than 10", () => {
    expect(sniff(jpeg.with(frame + 11, 0x31).with(frame + 14, 0x21))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(frame + 11, 0x42).with(frame + 14, 0x21))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(frame + 11, 0x42))).toEqual(picture);
  });

  it("a scan of a component that the frame has not, of one twice, of none, or of another length", () => {
    for (const at of [scan + 5, scan + 7]) expect(sniff(jpeg.with(at, 77))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(scan + 7, jpeg[scan + 5] ?? 0))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(scan + 4, 0))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(scan + 4, 2))).toMatchObject(corrupt);
  });
});

describe("what a JPEG may cost", () => {
  const one = jpeg.subarray(scan, scan + 14);

  it("is as many scans as the limit allows, and not one more", () => {
    const more = Array.from({ length: MAX_JPEG_SCANS - 1 }, () => one);
    expect(sniff(inserted(end, ...more))).toEqual(picture);
    expect(sniff(inserted(end, ...more, one))).toMatchObject(corrupt);
  });

  it("is as many bytes as a pixel can need, not counting what applications add", () => {
    const bytes = 501 * 333 * MAX_JPEG_BYTES_PER_PIXEL;
    const padding = new Uint8Array(bytes - jpeg.length);
    const text = Array.from({ length: 60 }, () => jpegSegment(0xfe, new Uint8Array(60_000)));
    expect(sniff(inserted(end, padding))).toEqual(picture);
    expect(sniff(inserted(end, padding, ...text))).toEqual(picture);
    expect(sniff(inserted(end, padding, new Uint8Array(300_000)))).toMatchObject(corrupt);
  });
});
