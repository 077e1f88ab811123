import { describe, expect, it } from "vitest";
import { MAX_JPEG_BYTES_PER_PIXEL, MAX_JPEG_SCANS } from "../../src/image/jpeg-header.ts";
import { blocksOf, restartsOf } from "../../src/image/jpeg-scan.ts";
import { jpegSegments as readSegments } from "../../src/image/jpeg-segments.ts";
import { sniff } from "../../src/image/sniff.ts";
import { end, frame, header, insert, jpeg, scan } from "../support/baseline-jpeg.ts";
import { progressiveJpeg } from "../support/image-bombs.ts";
import { joinBytes, jpegSegment, jpegSegments } from "../support/image-bytes.ts";
import { vectorImage } from "../support/vector-images.ts";

const corrupt = { refused: "image-corrupt" };

describe("a JPEG on which the decoder always fails is refused by its header", () => {
  it.each([0xc0, 0xc1, 0xc2])("a second frame before the first scan: %i", (code) => {
    const second = jpegSegment(code, jpeg.subarray(frame + 4, frame + 19));
    expect(sniff(insert(scan, second))).toMatchObject(corrupt);
  });

  it("a restart interval of another length", () => {
    expect(sniff(insert(scan, jpegSegment(0xdd, [0])))).toMatchObject(corrupt);
    expect(sniff(insert(scan, jpegSegment(0xdd, [0, 0])))).toEqual(header);
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
  it("is limited to MAX_JPEG_SCANS scans", () => {
    const script = { width: 16, height: 16, components: 1 } as const;
    expect(MAX_JPEG_SCANS).toBe(1 + 9 * 11);
    expect(sniff(progressiveJpeg({ ...script, bands: 9, refinements: 10 }))).toMatchObject({ format: "jpeg" });
    expect(sniff(progressiveJpeg({ ...script, bands: 10, refinements: 9 }))).toMatchObject(corrupt);
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

describe("the restart markers of a JPEG", () => {
  const restarts = vectorImage("restarts-oriented-400x300.jpg");
  const data = (jpegSegments(restarts).at(-1)?.at ?? 0) + 14;
  const second = restarts.findIndex((byte, at) => at > data && byte === 0xff && restarts[at + 1] === 0xd1);
  const before = (...bytes: readonly number[]) =>
    sniff(joinBytes(restarts.subarray(0, second), Uint8Array.from(bytes), restarts.subarray(second)));

  it("may come after reserved markers and the two previous restart markers, which libjpeg skips", () => {
    for (const code of [0x01, 0x02, 0xbf, 0xd0, 0xd7]) {
      expect(before(5, 0xff, code, 9)).toHaveProperty("format", "jpeg");
    }
  });

  it("may not be missing, or come after any other marker", () => {
    const without = joinBytes(restarts.subarray(0, second), restarts.subarray(second + 2));
    expect(sniff(without)).toMatchObject(corrupt);
    for (const code of [0xd2, 0xd5, 0xe1, 0xda]) expect(before(0xff, code, 0, 4, 1, 2)).toMatchObject(corrupt);
  });

  it("are counted in MCUs: of a single component, blocks of its own; of several, as large as the largest sampling", () => {
    const components = new Map([
      [1, { horizontal: 2, vertical: 2, quantisation: 0 }],
      [2, { horizontal: 1, vertical: 1, quantisation: 0 }],
    ]);
    const image = { header: { format: "jpeg", width: 61, height: 43 }, isProgressive: false, components } as const;
    const coefficients = { first: 0, last: 63, missingBits: 0, previousBits: 0 };
    const scanOf = (ids: readonly number[]) => ({
      components: ids.map((id) => ({ id, dcTable: 0, acTable: 0 })),
      coefficients,
    });
    const count = (ids: readonly number[], interval: number) => restartsOf(scanOf(ids), image, interval);
    expect(count([1, 2], 3)).toBe(3); // 4 x 3 MCUs
    expect(count([1], 5)).toBe(9); // 8 x 6 blocks
    expect(count([2], 3)).toBe(3); // 4 x 3 blocks
    expect(count([2], 12)).toBe(0);
    expect(count([2], 0)).toBe(0);
    expect([[1, 2], [1], [2]].map((ids) => blocksOf(scanOf(ids), image))).toEqual([4 * 3 * 5, 8 * 6, 4 * 3]);
  });
});

describe("a JPEG without an end marker", () => {
  const progressive = vectorImage("progressive-444-320x240.jpg");
  const image = { format: "jpeg", width: 320, height: 240 };
  const scans = [...readSegments(progressive)].filter(({ scan: found }) => found !== undefined);

  // libjpeg-turbo/libjpeg-turbo#163: a trailer instead of the end marker.
  it.each([
    ["nothing", []],
    ["half of the marker", [0xff]],
    ["zero bytes", [0, 0, 0]],
    ["a segment that is longer than the file", [0xff, 0xe1, 0x20, 0]],
    ["a reserved marker", [1, 0xff, 0x3c, 2]],
    ["another JPEG", [0xff, 0xd8, 0xff, 0xe0, 0, 2]],
    ["a second frame", jpegSegment(0xc0, jpeg.subarray(frame + 4, frame + 19))],
  ])("is accepted if its scans hold all coefficients, and it ends with %s", (_, trailer) => {
    expect(sniff(joinBytes(jpeg.subarray(0, end), Uint8Array.from(trailer)))).toEqual(header);
    expect(sniff(joinBytes(progressive.subarray(0, -2), Uint8Array.from(trailer)))).toEqual(image);
  });

  it("is refused if a scan is missing, or all are", () => {
    for (const { start } of scans) expect(sniff(progressive.subarray(0, start - 1))).toMatchObject(corrupt);
    expect(sniff(jpeg.subarray(0, scan))).toMatchObject(corrupt);
    expect(scans.length).toBeGreaterThan(5);
  });
});
