import * as fc from "fast-check";
import { joinBytes } from "../image-bytes.ts";
import { byteChange } from "./byte-changes.ts";
import { type Bytes, latin1 } from "./bytes.ts";
import { seldom, weighted } from "./labelled.ts";

/** An entry of a TIFF directory. `count` may contradict the type. */
interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: number;
}

interface Tiff {
  readonly order: "II" | "MM";
  readonly magic: number;
  /** Where the first directory is said to start; it starts at 8. */
  readonly directoryAt: number;
  readonly entries: readonly Entry[];
  /** How many entries more than there are the directory claims. */
  readonly surplus: number;
  /** The offset of the next directory: 0 for none, 8 for a loop. */
  readonly next: number;
}

const ORIENTATION = 0x0112;
const big = fc.constantFrom(0, 1, 2, 8, 255, 65_535, 0x7fffffff, 0xffffffff);

/** Phones write the orientation as SHORT, some as LONG; the types from 13 on do not exist. */
const orientation: fc.Arbitrary<Entry> = fc.record({
  tag: fc.constant(ORIENTATION),
  type: weighted([6, fc.constant(3)], [1, fc.constantFrom(4, 1, 9, 8, 2, 12, 0, 13, 255)]),
  count: seldom(6, fc.constant(1), big),
  value: weighted([6, fc.integer({ min: 1, max: 8 })], [1, fc.constantFrom(0, 9, 256, 65_535, 0x60000)]),
});
const otherEntry: fc.Arbitrary<Entry> = fc.record({
  tag: fc.constantFrom(0x010f, 0x0100, 0x8769, 0x8825, 0x0201, 0xffff, 0),
  type: fc.nat({ max: 14 }),
  count: big,
  value: big,
});

const tiff: fc.Arbitrary<Tiff> = fc.record({
  order: fc.constantFrom("II", "MM"),
  magic: seldom(12, fc.constant(42), fc.constantFrom(43, 0, 10_752)),
  directoryAt: seldom(8, fc.constant(8), big),
  entries: fc
    .tuple(fc.array(otherEntry, { maxLength: 3 }), orientation, fc.array(fc.oneof(otherEntry, orientation), { maxLength: 2 }))
    .map(([before, own, behind]) => [...before, own, ...behind]),
  surplus: seldom(8, fc.constant(0), fc.constantFrom(1, 100, 65_000)),
  next: seldom(6, fc.constant(0), big),
});

/** EXIF data as TIFF: a header and one directory. */
function tiffBytes({ order, magic, directoryAt, entries, surplus, next }: Tiff): Bytes {
  const bytes = new Uint8Array(8 + 2 + 12 * entries.length + 4);
  const view = new DataView(bytes.buffer);
  const isLittle = order === "II";
  bytes.set(latin1(order));
  view.setUint16(2, magic, isLittle);
  view.setUint32(4, directoryAt, isLittle);
  view.setUint16(8, entries.length + surplus, isLittle);
  for (const [index, { tag, type, count, value }] of entries.entries()) {
    const at = 10 + 12 * index;
    view.setUint16(at, tag, isLittle);
    view.setUint16(at + 2, type, isLittle);
    view.setUint32(at + 4, count, isLittle);
    // A SHORT lies in the first two bytes of the field.
    if (type === 3) view.setUint16(at + 8, value, isLittle);
    else view.setUint32(at + 8, value, isLittle);
  }
  view.setUint32(bytes.length - 4, next, isLittle);
  return bytes;
}

const whole = tiff.map(tiffBytes);
const changed = fc.tuple(whole, byteChange).map(([bytes, { value }]) => value(bytes));

/** EXIF data of all kinds: both byte orders, every orientation, other types and counts, loops, offsets outside, damaged. */
export const exifData: fc.Arbitrary<Bytes> = seldom(6, whole, changed);

/** EXIF data with the prefix that a JPEG needs; some without it, or with a broken one. */
export const prefixedExif: fc.Arbitrary<Bytes> = fc
  .tuple(seldom(8, fc.constant("Exif\0\0"), fc.constantFrom("", "Exif\0", "exif\0\0", "Exif\0\xff")), exifData)
  .map(([prefix, data]) => joinBytes(latin1(prefix), data));
