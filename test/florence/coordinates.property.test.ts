import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BINS, dequantize, dequantizeFloat32, quantize } from "../../src/florence/coordinates.ts";
import { imageSize } from "../support/token-soup.ts";

const bins = Array.from({ length: BINS }, (_, bin) => bin);

describe("a bin", () => {
  it("is the result of quantizing its centre, in doubles and in float32", () => {
    fc.assert(
      fc.property(imageSize, ({ width }) => {
        expect(bins.map((bin) => quantize(dequantize(bin, width), width))).toEqual(bins);
        expect(bins.map((bin) => quantize(dequantizeFloat32(bin, width), width))).toEqual(bins);
      }),
    );
  });

  it("has its centre inside the image", () => {
    fc.assert(
      fc.property(imageSize, ({ width }) => {
        const centres = bins.map((bin) => dequantize(bin, width));
        expect(centres.every((centre) => centre > 0 && centre < width)).toBe(true);
      }),
    );
  });
});

describe("any number", () => {
  it("is quantized to a bin", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), imageSize, (coordinate, { width }) => {
        expect(bins).toContain(quantize(coordinate, width));
      }),
    );
  });
});
