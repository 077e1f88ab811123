import { describe, expect, it } from "vitest";
import {
  boundsOf,
  boxInPixels,
  dequantize,
  dequantizeFloat32,
  dequantizeInt32,
  isRegionInside,
  normalizedBox,
  normalizedPoints,
  pointsInPixels,
  quantize,
  regionInPixels,
  regionTokens,
} from "../../src/florence/coordinates.ts";

const size = { width: 640, height: 480 };

describe("quantize", () => {
  it("rounds down into 1000 bins", () => {
    expect([0, 0.63, 0.64, 320, 639].map((x) => quantize(x, 640))).toEqual([0, 0, 1, 500, 998]);
  });

  it("clamps coordinates outside the image", () => {
    expect([-1, 640, 1e9].map((x) => quantize(x, 640))).toEqual([0, 999, 999]);
  });

  it("divides in float32, with other results than doubles", () => {
    expect(quantize(1, 8)).toBe(124);
    expect(Math.floor(1 / (8 / 1000))).toBe(125);
  });
});

describe("dequantize", () => {
  it("returns the centre of the bin without excess digits", () => {
    expect([0, 53, 999].map((bin) => dequantize(bin, 640))).toEqual([0.32, 34.24, 639.68]);
    expect(dequantize(504, 1000)).toBe(504.5);
  });

  it("stays inside the image for bins outside the vocabulary", () => {
    expect([1000, 99_999, Infinity].map((bin) => dequantize(bin, 640))).toEqual([639.68, 639.68, 639.68]);
  });
});

describe("the references' dequantizers", () => {
  it("round to float32 before truncation", () => {
    expect(dequantizeInt32(312, 688)).toBe(215);
    expect(dequantizeInt32(312, 144)).toBe(44);
    expect(dequantizeFloat32(53, 640)).toBe(34.23999786376953);
  });

  it("do not clamp", () => {
    expect(dequantizeInt32(1000, 1000)).toBe(1000);
    expect(dequantizeInt32(99_999, 480)).toBe(47_999);
  });

  it("overflow to the smallest 32-bit integer", () => {
    expect(dequantizeInt32(2 ** 40, 1000)).toBe(-(2 ** 31));
    expect(dequantizeInt32(Infinity, 640)).toBe(-(2 ** 31));
  });
});

describe("points", () => {
  it("are pairs of bins, x first, without a last x that lacks a y", () => {
    expect(pointsInPixels([0, 0, 999], { width: 2000, height: 1000 })).toEqual([{ x: 1, y: 0.5 }]);
    expect(normalizedPoints([0, 499])).toEqual([{ x: 0.0005, y: 0.4995 }]);
  });

  it("have bounds with ordered corners", () => {
    expect(boundsOf([5, 1, 2, 7, 9])).toEqual({ x1: 2, y1: 1, x2: 5, y2: 7 });
  });

  it("have bounds that convert to pixels and to 0..1", () => {
    const bins = { x1: 0, y1: 499, x2: 999, y2: 5000 };
    expect(boxInPixels(bins, { width: 2000, height: 1000 })).toEqual({ x1: 1, y1: 499.5, x2: 1999, y2: 999.5 });
    expect(normalizedBox(bins)).toEqual({ x1: 0.0005, y1: 0.4995, x2: 0.9995, y2: 0.9995 });
  });
});

describe("a region", () => {
  it("becomes four location tokens, quantized on the source's size", () => {
    expect(regionTokens({ x1: 96, y1: 34, x2: 208, y2: 313 }, size)).toBe("<loc_150><loc_70><loc_325><loc_652>");
  });

  it("is converted from 0..1 to pixels", () => {
    const half = { x1: 0, y1: 0.25, x2: 0.5, y2: 1 };
    expect(regionInPixels(half, size)).toEqual({ x1: 0, y1: 120, x2: 320, y2: 480 });
  });

  it.each([
    [{ x1: 0, y1: 0, x2: 640, y2: 480 }, true],
    [{ x1: -1, y1: 0, x2: 10, y2: 10 }, false],
    [{ x1: 0, y1: 0, x2: 641, y2: 10 }, false],
    [{ x1: 0, y1: 0, x2: 10, y2: 481 }, false],
    [{ x1: 10, y1: 0, x2: 10, y2: 10 }, false],
    [{ x1: 0, y1: 10, x2: 10, y2: 5 }, false],
    [{ x1: Number.NaN, y1: 0, x2: 10, y2: 10 }, false],
  ])("%j is inside a 640 x 480 image: %s", (region, isInside) => {
    expect(isRegionInside(region, size)).toBe(isInside);
  });
});
