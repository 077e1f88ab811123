import * as fc from "fast-check";
import { joinBytes } from "../image-bytes.ts";
import { type Bytes, noise, offsetOf, spliced } from "./bytes.ts";
import { labelled, type Labelled, weighted } from "./labelled.ts";

/** A change of any bytes, without knowledge of their format. */
export type ByteChange = Labelled<(bytes: Uint8Array) => Bytes>;

/** A place in ten-thousandths of the length (`offsetOf`): anywhere, and often near the start, where headers are. */
export const place = fc.oneof(fc.nat({ max: 10_000 }), fc.nat({ max: 400 }));

const short = fc.uint8Array({ minLength: 1, maxLength: 12 });
const sameBytes = fc
  .tuple(fc.constantFrom(0, 0xff, 0x0a, 0x20, 0x80), fc.integer({ min: 1, max: 40 }))
  .map(([byte, length]) => new Uint8Array(length).fill(byte));

function flipped(bytes: Uint8Array, flips: readonly (readonly [number, number])[]): Bytes {
  const changed = Uint8Array.from(bytes);
  for (const [where, bit] of flips) {
    const at = Math.min(offsetOf(where, bytes.length), bytes.length - 1);
    changed[at] = (changed[at] ?? 0) ^ (1 << bit);
  }
  return changed;
}

const cut = place.map((at) => (bytes: Uint8Array) => Uint8Array.from(bytes.subarray(0, offsetOf(at, bytes.length))));
const headless = place.map((at) => (bytes: Uint8Array) => Uint8Array.from(bytes.subarray(offsetOf(at, bytes.length))));
const bits = fc
  .array(fc.tuple(place, fc.nat({ max: 7 })), { minLength: 1, maxLength: 8 })
  .map((flips) => (bytes: Uint8Array) => flipped(bytes, flips));
const inserted = fc.tuple(place, fc.oneof(short, sameBytes)).map(([where, others]) => (bytes: Uint8Array) => {
  const at = offsetOf(where, bytes.length);
  return spliced(bytes, at, at, others);
});
const overwritten = fc.tuple(place, fc.oneof(short, sameBytes)).map(([where, others]) => (bytes: Uint8Array) => {
  const at = offsetOf(where, bytes.length);
  return spliced(bytes, at, at + others.length, others);
});
const removed = fc.tuple(place, fc.integer({ min: 1, max: 200 })).map(([where, length]) => (bytes: Uint8Array) => {
  const at = offsetOf(where, bytes.length);
  return spliced(bytes, at, at + length, new Uint8Array());
});
const repeated = fc.tuple(place, fc.integer({ min: 1, max: 300 })).map(([where, length]) => (bytes: Uint8Array) => {
  const at = offsetOf(where, bytes.length);
  return spliced(bytes, at, at, bytes.subarray(at, at + length));
});
const appended = fc.tuple(fc.nat({ max: 2000 }), fc.integer()).map(
  ([length, seed]) =>
    (bytes: Uint8Array) =>
      joinBytes(bytes, noise(length, seed)),
);
const swapped = place.map((where) => (bytes: Uint8Array) => {
  const at = offsetOf(where, bytes.length);
  return joinBytes(bytes.subarray(at), bytes.subarray(0, at));
});

/** One change of bytes: cut off, bits flipped, bytes inserted, overwritten, removed, repeated, appended, halves swapped. */
export const byteChange: fc.Arbitrary<ByteChange> = weighted(
  [4, labelled("cut off", cut)],
  [1, labelled("without its start", headless)],
  [6, labelled("bits flipped", bits)],
  [3, labelled("bytes inserted", inserted)],
  [3, labelled("bytes overwritten", overwritten)],
  [2, labelled("bytes removed", removed)],
  [2, labelled("bytes repeated", repeated)],
  [1, labelled("bytes appended", appended)],
  [1, labelled("halves swapped", swapped)],
);
