import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unpackLzw } from "../../src/pixels/gif-lzw.ts";
import { packLzw } from "../support/image-bytes.ts";

describe("unpackLzw", () => {
  it("returns the packed values", () => {
    const packed = fc
      .integer({ min: 2, max: 8 })
      .chain((bits) => fc.tuple(fc.constant(bits), fc.array(fc.nat(2 ** bits - 1), { maxLength: 600 })));
    fc.assert(
      fc.property(packed, ([bits, values]) => {
        const output = new Uint8Array(values.length);
        expect(unpackLzw(packLzw(values, bits), 0, bits, output)).toBe(values.length);
        expect([...output]).toEqual(values);
      }),
    );
  });

  it("expands codes that are not defined yet (KwKwK), up to the end of the output", () => {
    // Clear, 1, then two codes that are each not defined yet when they are read: 1 11 111, in codes of 3 bits.
    const bits = [4, 1, 6, 7].flatMap((code) => [code & 1, (code >> 1) & 1, code >> 2]);
    const byte = (at: number) => bits.slice(at, at + 8).reduce((sum, bit, position) => sum + bit * 2 ** position, 0);
    const blocks = Uint8Array.of(2, byte(0), byte(8), 0);
    const output = new Uint8Array(6);
    expect(unpackLzw(blocks, 0, 2, output)).toBe(6);
    expect([...output]).toEqual([1, 1, 1, 1, 1, 1]);
    const shorter = new Uint8Array(5);
    expect(unpackLzw(blocks, 0, 2, shorter)).toBe(6);
    expect([...shorter]).toEqual([1, 1, 1, 1, 1]);
  });

  it("terminates for any bytes, and never writes beyond the number of values that it returns", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(500),
        (bytes, bits, size) => {
          const output = new Uint8Array(size).fill(255);
          const length = unpackLzw(bytes, 0, bits, output);
          expect(length).toBeGreaterThanOrEqual(0);
          expect(bits === 8 || output.subarray(length).every((value) => value === 255)).toBe(true);
        },
      ),
    );
  });
});
