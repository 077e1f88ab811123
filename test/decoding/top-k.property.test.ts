import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topK } from "../../src/decoding/top-k.ts";

describe("topK", () => {
  it("returns the highest values in descending order, -Infinity included", () => {
    const value = fc.oneof(fc.float({ noNaN: true }), fc.constant(-Infinity), fc.integer({ min: 0, max: 3 }));
    const lengths = fc.constantFrom({ minLength: 17, maxLength: 40 }, { minLength: 700, maxLength: 900 });
    const arrays = lengths.chain((length) => fc.array(value, length)).map((values) => Float32Array.from(values));
    fc.assert(
      fc.property(arrays, fc.integer({ min: 1, max: 10 }), (values, count) => {
        const indices = topK(values, count);
        expect(new Set(indices).size).toBe(count);
        // Adding 0 turns -0 into 0: neither is higher.
        const highest = indices.map((index) => (values[index] ?? Number.NaN) + 0);
        expect(highest).toEqual(Array.from(values.toSorted().toReversed().slice(0, count), (each) => each + 0));
      }),
    );
  });
});
