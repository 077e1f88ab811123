import { describe, expect, it } from "vitest";
import { MAX_JPEG_BYTES_PER_PIXEL, MAX_JPEG_SCANS } from "../../src/image/jpeg-header.ts";
import { sniff } from "../../src/image/sniff.ts";
import { joinBytes, jpegSegment, jpegSegments } from "../support/image-bytes.ts";
import { vectorImage } from "../support/vector-images.ts";

const jpeg = vectorImage("baseline-422-501x333.jpg");
const header = { format: "jpeg", width: 501, height: 333 };
const corrupt = { refused: "image-corrupt" };
const segments = jpegSegments(jpeg);
const frame = segments.find(({ code }) => code === 0xc0)?.at ?? 0;
const scan = segments.at(-1)?.at ?? 0;
const end = jpeg.length - 2;

function insert(at: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(jpeg.subarray(0, at), ...parts, jpeg.subarray(at));
}

describe("a JPEG on which the decoder always fails is refused by its header", () => {
  it.each([0xc0, 0xc1, 0xc2])("a second frame, before or after the first scan: %i", (code) => {
    const second = jpegSegment(code, jpeg.subarray(frame + 4, frame + 19));
    expect(sniff(insert(scan, second))).toMatchObject(corrupt);
    expect(sniff(insert(end, second))).toMatchObject(corrupt);
  });

  it.each([0x02, 0xbf, 0xc8, 0xde, 0xdf, 0xf0, 0xfd])("a segment of an unknown kind: %i", (code) => {
    expect(sniff(insert(scan, jpegSegment(code, [0, 0])))).toMatchObject(corrupt);
  });

  it("a frame header whose length does not match its components", () => {
    expect(sniff(jpeg.with(frame + 3, 18))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(frame + 9, 1))).toMatchObject(corrupt);
  });

  it.each([0x01, 0x10, 0x51, 0x15])("invalid sampling factors: %i", (sampling) => {
    expect(sniff(jpeg.with(frame + 11, sampling))).toMatchObject(corrupt);
  });

  it("fractional sampling ratios, or more than 10 blocks in an MCU", () => {
    expect(sniff(jpeg.with(frame + 11, 0x31).with(frame + 14, 0x21))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(frame + 11, 0x42).with(frame + 14, 0x21))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(frame + 11, 0x42))).toEqual(header);
  });

  it("a scan with an unknown component, a repeated one, none, or a wrong length", () => {
    for (const at of [scan + 5, scan + 7]) expect(sniff(jpeg.with(at, 77))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(scan + 7, jpeg[scan + 5] ?? 0))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(scan + 4, 0))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(scan + 4, 2))).toMatchObject(corrupt);
  });
});

describe("the cost of a JPEG", () => {
  const one = jpeg.subarray(scan, scan + 14);

  it("is limited to MAX_JPEG_SCANS scans", () => {
    const more = Array.from({ length: MAX_JPEG_SCANS - 1 }, () => one);
    expect(sniff(insert(end, ...more))).toEqual(header);
    expect(sniff(insert(end, ...more, one))).toMatchObject(corrupt);
  });

  it("is limited to MAX_JPEG_BYTES_PER_PIXEL, without application and comment segments", () => {
    const bytes = 501 * 333 * MAX_JPEG_BYTES_PER_PIXEL;
    const padding = new Uint8Array(bytes - jpeg.length);
    const text = Array.from({ length: 60 }, () => jpegSegment(0xfe, new Uint8Array(60_000)));
    expect(sniff(insert(end, padding))).toEqual(header);
    expect(sniff(insert(end, padding, ...text))).toEqual(header);
    expect(sniff(insert(end, padding, new Uint8Array(300_000)))).toMatchObject(corrupt);
  });
});
