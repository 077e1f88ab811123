import { assert, asyncProperty, constantFrom, integer } from "fast-check";
import { describe, expect, it } from "vitest";
import { decodingWork, maxDecodingWork } from "../../src/image/decoding-work.ts";
import { imageFromBytes, ISOLATE_LIMITS } from "../../src/image/image.ts";
import { sniff } from "../../src/image/sniff.ts";
import { plainPng, plainWebp, progressiveJpeg } from "../support/image-bombs.ts";
import { vectorImage, vectorImages } from "../support/vector-images.ts";

const tooMuch = expect.objectContaining({ code: "image-too-many-pixels" });

function workOf(bytes: Uint8Array): number {
  const header = sniff(bytes);
  if ("refused" in header) throw new Error(header.reason);
  return decodingWork(bytes, header);
}

function check(bytes: Uint8Array, maxPixels: number): Promise<unknown> {
  return imageFromBytes(bytes, { ...ISOLATE_LIMITS, maxPixels });
}

describe("decodingWork", () => {
  it("grows with each scan of a JPEG, by its blocks", () => {
    const size = { width: 800, height: 600, components: 3, refinements: 0 } as const;
    const works = [1, 2, 3, 4].map((bands) => workOf(progressiveJpeg({ ...size, bands })));
    const steps = works.slice(1).map((work, index) => work - (works[index] ?? 0));
    expect(steps).toEqual(Array.from({ length: 3 }, () => 3 * 100 * 75 * 40));
  });

  it("counts a scan of one component of a subsampled JPEG as its own blocks, and a scan of all as whole MCUs", () => {
    const [width, height] = [900, 700];
    const mcus = Math.ceil(width / 16) * Math.ceil(height / 16);
    expect(workOf(vectorImage("baseline-420-900x700.jpg"))).toBe(width * height * 19 + mcus * 6 * 40);
  });

  it("is, for each pixel of a PNG, twice as much with 16 bits of RGBA as with 8 bits of RGB", () => {
    const works = [
      { colourType: 2, bitDepth: 8 },
      { colourType: 6, bitDepth: 16 },
    ].map((kind) => workOf(plainPng({ width: 400, height: 300, ...kind })) / (400 * 300));
    expect(works.map(Math.round)).toEqual([33, 58]);
  });

  it.each(vectorImages)("accepts $file where an image may have as many pixels", async ({ file }) => {
    const header = sniff(vectorImage(file));
    const pixels = "refused" in header ? 0 : header.width * header.height;
    expect(await check(vectorImage(file), pixels)).toHaveProperty("width");
  });

  // 16 bits take more, and an image of a few pixels has whole blocks and rows.
  const ordinary = vectorImages.filter(({ file }) => !/16-|-1x1|5x3|17x500|1200x40/u.test(file));
  it.each(ordinary)("is below the limit for each pixel of $file", ({ file }) => {
    const header = sniff(vectorImage(file));
    const pixels = "refused" in header ? 0 : header.width * header.height;
    expect(workOf(vectorImage(file)) / pixels).toBeLessThan(40);
  });
});

describe("an image that takes too much work", () => {
  // libjpeg-turbo's "Two Issues with the JPEG Standard": each scan of a progressive JPEG visits every block.
  it("is a JPEG of few bytes whose scans have too many blocks, however large it is", async () => {
    await assert(
      asyncProperty(
        integer({ min: 1000, max: 4000 }),
        integer({ min: 1000, max: 4000 }),
        constantFrom(1, 3),
        integer({ min: 1, max: 7 }),
        integer({ min: 0, max: 3 }),
        async (width, height, components, bands, refinements) => {
          const bytes = progressiveJpeg({ width, height, components, bands, refinements });
          const scans = components * (1 + bands * (1 + refinements));
          const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
          const isAccepted = width * height * 19 + scans * blocks * 40 <= maxDecodingWork(width * height);
          const outcome = await check(bytes, width * height).catch((thrown: unknown) => thrown);
          expect(outcome).toMatchObject(
            isAccepted ? { format: "jpeg", width, height } : { code: "image-too-many-pixels" },
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is a JPEG of 60 megapixels in 100 scans, but not a small one in as many", async () => {
    const script = { components: 1, bands: 9, refinements: 10 } as const;
    const large = progressiveJpeg({ width: 7740, height: 7740, ...script });
    await expect(check(large, 60_000_000)).rejects.toThrow(tooMuch);
    const small = progressiveJpeg({ width: 640, height: 480, ...script });
    expect(await check(small, 2_000_000)).toMatchObject({ width: 640 });
  });

  it("is a PNG of 16 bits with as many pixels as an ordinary one may have, if these are more than two million", async () => {
    const deep = { colourType: 6, bitDepth: 16, isInterlaced: true };
    const [large, small] = [
      plainPng({ width: 2000, height: 1500, ...deep }),
      plainPng({ width: 2000, height: 1000, ...deep }),
    ];
    await expect(check(large, 3_000_000)).rejects.toThrow(tooMuch);
    expect(await check(large, 5_000_000)).toMatchObject({ width: 2000 });
    expect(await check(small, 2_000_000)).toMatchObject({ width: 2000 });
  });

  it("is refused before its data are inflated", async () => {
    const deep = plainPng({ width: 2000, height: 1500, colourType: 6, bitDepth: 16, filterOf: () => 5 });
    await expect(check(deep, 3_000_000)).rejects.toThrow(tooMuch);
  });

  it("is no WebP of 44 bytes: its work is in proportion to its pixels", async () => {
    expect(await check(plainWebp({ width: 5000, height: 5000 }), 25_000_000)).toMatchObject({ format: "webp" });
  });
});

describe("maxDecodingWork", () => {
  it("is at least 0.15 s, and a second for 25 megapixels", () => {
    expect([1, 2_000_000, 3_750_000, 25_000_000].map(maxDecodingWork)).toEqual([150e6, 150e6, 150e6, 1e9]);
  });
});
