import { describe, expect, it } from "vitest";
import { jpegSegments as readSegments } from "../../src/image/jpeg-segments.ts";
import { sniff } from "../../src/image/sniff.ts";
import { end, frame, header, insert, jpeg, scan, segments } from "../support/baseline-jpeg.ts";
import { progressiveJpeg } from "../support/image-bombs.ts";
import { joinBytes, jpegSegment } from "../support/image-bytes.ts";
import { vectorImage } from "../support/vector-images.ts";

const corrupt = { refused: "image-corrupt" };

const firstTable = segments.find(({ code }) => code === 0xc4)?.at ?? 0;
const quantisation = segments.find(({ code }) => code === 0xdb)?.at ?? 0;

/** The segments of a JPEG but its Huffman tables, without the markers at its ends. */
function withoutTables(file: Uint8Array): Uint8Array {
  const kept = [...readSegments(file)].filter(({ code }) => code !== 0xc4);
  return joinBytes(...kept.map(({ start, next }) => file.subarray(start - 2, next)));
}

describe("a JPEG with tables on which the decoder fails is refused by its header", () => {
  it("a Huffman table with more codes than bits allow, or one of ones alone", () => {
    // The counts of codes of 1 and of 16 bits.
    expect(sniff(jpeg.with(firstTable + 5, 2))).toMatchObject(corrupt);
    const all = Array.from({ length: 16 }, () => 0);
    for (const counts of [all.with(0, 2), all.with(1, 4), all.with(2, 9)]) {
      const codes = counts.reduce((sum, count) => sum + count, 0);
      const table = [0, ...counts, ...Array.from({ length: codes }, () => 0)];
      expect(sniff(insert(scan, jpegSegment(0xc4, table)))).toMatchObject(corrupt);
    }
  });

  it("a table with an index above 3, or of another length than its codes", () => {
    for (const kind of [4, 0x14, 0x20, 0xff]) {
      expect(sniff(insert(scan, jpegSegment(0xc4, [kind, 1, ...Array.from({ length: 16 }, () => 0)])))).toMatchObject(
        corrupt,
      );
      expect(sniff(insert(scan, jpegSegment(0xdb, [kind | 4, ...Array.from({ length: 64 }, () => 1)])))).toMatchObject(
        corrupt,
      );
    }
    expect(sniff(insert(scan, jpegSegment(0xc4, [0, 1, ...Array.from({ length: 15 }, () => 0)])))).toMatchObject(
      corrupt,
    );
    expect(sniff(insert(scan, jpegSegment(0xc4, [0, 1])))).toMatchObject(corrupt);
    expect(sniff(insert(scan, jpegSegment(0xdb, [0, ...Array.from({ length: 63 }, () => 1)])))).toMatchObject(corrupt);
    expect(sniff(insert(scan, jpegSegment(0xdb, [0x10, ...Array.from({ length: 128 }, () => 1)])))).toEqual(header);
  });

  it("a scan whose Huffman or quantisation table is missing, or whose table of differences has a symbol above 15", () => {
    expect(sniff(jpeg.with(scan + 6, 0x20))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(scan + 6, 0x02))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(frame + 12, 3))).toMatchObject(corrupt);
    expect(sniff(joinBytes(jpeg.subarray(0, quantisation), jpeg.subarray(frame)))).toMatchObject(corrupt);
    expect(sniff(jpeg.with(firstTable + 5 + 16, 16))).toMatchObject(corrupt);
  });

  // Motion JPEG: jdhuff.c has the standard tables, jdphuff.c has none.
  it("a baseline scan with the tables 0 and 1 needs none of its own, a progressive one does", () => {
    const [own, progressive] = [jpeg, vectorImage("progressive-444-320x240.jpg")].map((file) =>
      sniff(joinBytes(Uint8Array.of(0xff, 0xd8), withoutTables(file), Uint8Array.of(0xff, 0xd9))),
    );
    expect(own).toEqual(header);
    expect(progressive).toMatchObject(corrupt);
  });

  it("a table that no scan uses may be anything that can be read", () => {
    const table = jpegSegment(0xc4, [3, 2, ...Array.from({ length: 15 }, () => 0), 0, 255]);
    expect(sniff(insert(scan, table))).toEqual(header);
  });
});

describe("the scans of a progressive JPEG", () => {
  const script = { width: 64, height: 48, components: 1, bands: 1, refinements: 1 } as const;
  const progressive = progressiveJpeg(script);
  const scansOf = [...readSegments(progressive)].filter(({ scan: found }) => found !== undefined);
  const [, second] = scansOf;
  /** Sets the first and last coefficient and the bit positions of the second scan. */
  const changed = (first: number, last: number, bits: number) => {
    const at = (second?.end ?? 0) - 3;
    return sniff(
      progressive
        .with(at, first)
        .with(at + 1, last)
        .with(at + 2, bits),
    );
  };

  it("may not have parameters on which libjpeg fails", () => {
    expect(changed(1, 63, 0x01)).toMatchObject({ format: "jpeg" });
    for (const [first, last, bits] of [
      [0, 63, 0x01],
      [5, 4, 0x01],
      [1, 64, 0x01],
      [1, 63, 0x0e],
      [1, 63, 0x31],
    ] as const) {
      expect(changed(first, last, bits)).toMatchObject(corrupt);
    }
  });

  it("continue each other: no bit is skipped, and the first coefficient comes first", () => {
    expect(changed(1, 63, 0x02)).toMatchObject(corrupt);
    expect(changed(1, 63, 0x10)).toMatchObject(corrupt);
    const [dc, , refinement] = scansOf.map(({ start, next }) => progressive.subarray(start - 2, next));
    const before = progressive.subarray(0, (scansOf[0]?.start ?? 2) - 2);
    const orders = [
      [refinement, dc],
      [dc, refinement],
    ];
    for (const order of orders) {
      expect(sniff(joinBytes(before, ...order.map((part) => part ?? before), Uint8Array.of(0xff, 0xd9)))).toMatchObject(
        corrupt,
      );
    }
  });

  it("have as many bits as their blocks need: one for each first coefficient, 15 for 32,767 blocks of runs", () => {
    const large = progressiveJpeg({ ...script, width: 2000, height: 1600 });
    expect(sniff(large)).toMatchObject({ width: 2000 });
    for (const { end: dataStart, next } of [...readSegments(large)].filter(({ scan: found }) => found !== undefined)) {
      const needed = next - dataStart > 100 ? (250 * 200) / 8 : 2;
      const shortened = joinBytes(large.subarray(0, dataStart + needed - 1), large.subarray(next));
      expect(sniff(shortened)).toMatchObject(corrupt);
    }
  });
});

describe("the scans of a baseline JPEG", () => {
  it("are one if the first has all components: libjpeg fails on a second one, and what is before is complete", () => {
    const second = jpeg.subarray(scan, end);
    expect(sniff(insert(end, second))).toEqual(header);
    expect([...readSegments(insert(end, second))].filter(({ scan: found }) => found !== undefined)).toHaveLength(1);
  });

  it("have two bits for each block", () => {
    const blocks = [...readSegments(jpeg)].at(-1)?.scan?.blocks ?? 0;
    const bytes = Math.ceil((blocks * 2) / 8);
    const data = scan + 14;
    const padded = (length: number) =>
      joinBytes(jpeg.subarray(0, data), new Uint8Array(length), Uint8Array.of(0xff, 0xd9));
    expect(blocks).toBe(32 * 42 * 4);
    expect(sniff(padded(bytes))).toEqual(header);
    expect(sniff(padded(bytes - 1))).toMatchObject(corrupt);
  });
});
