import { describe, expect, it } from "vitest";
import { topK } from "../../src/decoding/top-k.ts";

/** Repeats a few values, so that nearly every value is equal to others. */
const repeating = (length: number) => Float32Array.from({ length }, (_, index) => (index * index * 7) % 5);

describe("topK", () => {
  // Recorded from torch 2.15 on a CPU.
  it.each([
    [400, 6, [3, 8, 12, 13, 7, 2]],
    [384, 6, [3, 8, 12, 13, 7, 2]],
    [383, 6, [282, 133, 283, 132, 137, 138]],
    [60, 6, [48, 47, 18, 17, 28, 38]],
    [36, 6, [12, 18, 28, 27, 17, 23]],
    [9, 3, [8, 7, 3]],
    [700, 10, [8, 17, 18, 7, 2, 3, 22, 23, 13, 12]],
  ])("orders equal values of %i as torch does, for the first %i", (length, count, indices) => {
    expect(topK(repeating(length), count)).toEqual(indices);
  });

  it.each([
    [[4, 1, 0, 1, 4, 2, 2, 2, 0, 1, 1, 4], 10, [11, 0, 4, 6, 7, 5, 3, 1, 10, 9]],
    [[1, 2, 1, 2, 0, 0, 0, 2, 2, 0, 2, 0, 0], 8, [1, 8, 7, 10, 3, 2, 0, 12]],
    [[9, 0, 5, 16, 2, 4, 11, 2, 17, 5, 10, 17], 6, [11, 8, 3, 6, 10, 0]],
  ])("orders few values as torch does, too: %j", (values, count, indices) => {
    expect(topK(values, count)).toEqual(indices);
  });
});
