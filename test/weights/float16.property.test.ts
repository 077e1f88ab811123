import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { narrow, widen } from "../../src/weights/float16.ts";

const float16Bits = fc.uint16Array({ maxLength: 50 });

/** Replaces every NaN by the same one, because NaN payloads are not preserved. */
function withoutPayloads(bits: Uint16Array): Uint16Array {
  return bits.map((value) => ((value & 0x7fff) > 0x7c00 ? 0x7e00 : value));
}

describe("float16", () => {
  it("is unchanged bit for bit after a conversion to float32 and back", () => {
    fc.assert(
      fc.property(float16Bits, (bits) => {
        expect(withoutPayloads(narrow(widen(bits)))).toEqual(withoutPayloads(bits));
      }),
    );
  });

  it("is read equally from a Float16Array and from bits, at any offset in the buffer", () => {
    fc.assert(
      fc.property(float16Bits, fc.nat(3), (bits, offset) => {
        const padded = Uint16Array.of(...Array.from({ length: offset }, () => 0x3c00), ...bits);
        const own = new Float16Array(padded.buffer).subarray(offset);
        expect(widen(padded.subarray(offset))).toEqual(widen(bits));
        expect(widen(own)).toEqual(widen(bits));
      }),
    );
  });

  it("is at least as close to the float32 value as both neighbours", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -65_504, max: 65_504 }), (value) => {
        const [bits = 0] = narrow(Float32Array.of(value));
        const [below = 0, rounded = 0, above = 0] = widen(
          Uint16Array.of(Math.max(bits - 1, bits & 0x8000), bits, bits + 1),
        );
        const error = Math.abs(rounded - value);
        expect(error).toBeLessThanOrEqual(Math.abs(below - value));
        expect(error).toBeLessThanOrEqual(Math.abs(above - value));
      }),
    );
  });
});
