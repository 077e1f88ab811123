import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bfloat16ToFloat,
  floatToBfloat16,
  floatToHalf,
  halfToFloat,
} from "../../../src/inference/protocol/half-precision.ts";

const everyPattern = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);

const formats = [
  {
    name: "binary16",
    widen: halfToFloat,
    round: floatToHalf,
    nan: 0x7e00,
    isNan: (bits: number) => (bits & 0x7fff) > 0x7c00,
  },
  {
    name: "bfloat16",
    widen: bfloat16ToFloat,
    round: floatToBfloat16,
    nan: 0x7fc0,
    isNan: (bits: number) => (bits & 0x7fff) > 0x7f80,
  },
];

const bitsOf = (round: (values: Float32Array) => Uint16Array, ...values: readonly number[]): readonly number[] =>
  Array.from(round(Float32Array.from(values)));

describe.each(formats)("$name", ({ widen, round, nan, isNan }) => {
  it("round-trips all 65,536 patterns, every NaN as the quiet NaN", () => {
    const expected = everyPattern.map((bits) => (isNan(bits) ? nan : bits));
    expect(round(widen(everyPattern)).map((bits) => (isNan(bits) ? nan : bits))).toEqual(expected);
  });

  it("widens exactly the NaN patterns to NaN", () => {
    expect(Array.from(widen(everyPattern), Number.isNaN)).toEqual(Array.from(everyPattern, isNan));
  });

  it("rounds to the nearer neighbour, ties to the even one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: nan - 0x300 }), fc.constantFrom(0, 0.25, 0.5, 0.75), (bits, part) => {
        const [low = 0, high = 0] = widen(Uint16Array.of(bits, bits + 1));
        fc.pre(Number.isFinite(high) && !isNan(bits + 1));
        const between = Math.fround(low + (high - low) * part);
        fc.pre(between === low + (high - low) * part);
        const even = bits % 2 === 0 ? bits : bits + 1;
        const nearest = part === 0.5 ? even : bits + Math.round(part);
        expect(bitsOf(round, between, -between)).toEqual([nearest, nearest | 0x8000]);
      }),
    );
  });

  it("keeps zero's sign and infinity", () => {
    expect(Array.from(widen(round(Float32Array.of(0, -0, Infinity, -Infinity))))).toEqual([0, -0, Infinity, -Infinity]);
  });
});

describe("binary16", () => {
  it.each([
    ["one", 1, 0x3c00],
    ["the largest", 65504, 0x7bff],
    ["just under the tie to infinity", 65519.996, 0x7bff],
    ["the tie to infinity", 65520, 0x7c00],
    ["the smallest normal", 2 ** -14, 0x0400],
    ["the largest subnormal", 2 ** -14 - 2 ** -24, 0x03ff],
    ["the smallest subnormal", 2 ** -24, 0x0001],
    ["the tie between it and zero", 2 ** -25, 0x0000],
    ["a little above the tie", 2 ** -25 * 1.001, 0x0001],
    ["a subnormal float32", 2 ** -140, 0x0000],
  ])("rounds %s as IEEE 754 specifies", (_, value, bits) => {
    expect(bitsOf(floatToHalf, value)).toEqual([bits]);
  });
});

describe("bfloat16", () => {
  it.each([
    ["one", 1, 0x3f80],
    ["a tie to even below", 1 + 2 ** -8, 0x3f80],
    ["a tie to even above", 1 + 3 * 2 ** -8, 0x3f82],
    ["the largest float32, which rounds to infinity", 3.4028234663852886e38, 0x7f80],
  ])("rounds %s", (_, value, bits) => {
    expect(bitsOf(floatToBfloat16, value)).toEqual([bits]);
  });
});
