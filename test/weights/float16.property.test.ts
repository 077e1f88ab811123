import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { narrow, widen } from "../../src/weights/float16.ts";

const halves = fc.uint16Array({ maxLength: 50 });

/** Every NaN as one: its payload is not kept. */
function withoutPayloads(bits: Uint16Array): Uint16Array {
  return bits.map((value) => ((value & 0x7fff) > 0x7c00 ? 0x7e00 : value));
}

describe("float16", () => {
  it("comes back bit for bit from float32", () => {
    fc.assert(
      fc.property(halves, (bits) => {
        expect(withoutPayloads(narrow(widen(bits)))).toEqual(withoutPayloads(bits));
      }),
    );
  });

  it("is read alike from an array of its own and from bits, wherever they lie in their buffer", () => {
    fc.assert(
      fc.property(halves, fc.nat(3), (bits, before) => {
        const padded = Uint16Array.of(...Array.from({ length: before }, () => 0x3c00), ...bits);
        const own = new Float16Array(padded.buffer).subarray(before);
        expect(widen(padded.subarray(before))).toEqual(widen(bits));
        expect(widen(own)).toEqual(widen(bits));
      }),
    );
  });

  it("is nowhere further from float32 than its neighbours", () => {
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
