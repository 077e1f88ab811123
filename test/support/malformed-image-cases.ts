/// <reference types="vite/client" />
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/bytes/sha256.ts";
import { Problem } from "../../src/contract/problems.ts";
import { imageFromBytes } from "../../src/image/image.ts";
import type { Decoders } from "../../src/pixels/decode.ts";
import { MAX_STRAY_PLACES } from "../../src/pixels/decode-jpeg-warnings.ts";
import { type Pixels, wholeImage } from "../../src/pixels/pixel-rows.ts";
import expected from "../vectors/malformed-images/expected.json" with { type: "json" };
import { joinBytes } from "./image-bytes.ts";
import { greyJpeg } from "./malformed-jpeg.ts";
import { MALFORMED_IMAGES, malformedImages } from "./malformed-images.ts";
import type { PngOddity } from "./malformed-png.ts";
import { vectorImage } from "./vector-images.ts";

const dataUris = import.meta.glob<string>("../vectors/malformed-images/*.jpg", {
  query: "?inline",
  import: "default",
  eager: true,
});

const jpegs = Object.keys(dataUris)
  .toSorted()
  .map((path) => Uint8Array.from(atob(dataUris[path]?.split(",")[1] ?? ""), (character) => character.charCodeAt(0)));

/** Oddities of PNGs of which Pillow makes something else than libpng; docs/explanation/image-files.md says what. */
const OTHER_IN_PILLOW: ReadonlySet<PngOddity> = new Set<PngOddity>([
  "wrong Adler-32",
  "wrong checksum of the data",
  "wrong checksum of a text",
  "short ancillary chunk",
  "damaged profile or text",
  "second IHDR",
  "palette twice",
  "palette of an odd length",
  "no palette",
  "transparency",
  "tRNS anywhere",
  "tRNS twice",
  "tRNS of another length",
  "tRNS with a wrong checksum",
  "tRNS after the data",
  "truncated file",
]);

/** What became of a file: a digest of its pixels, or `null` if it was refused. */
type Outcome = string | null;

interface Compared {
  readonly seed: number;
  readonly ours: Outcome;
  readonly pillow: Outcome;
  /** The picture if nothing of it is missing. */
  readonly whole: Outcome;
}

async function digestOf(bytes: Uint8Array, decoders: Decoders): Promise<Outcome> {
  try {
    const image = await imageFromBytes(bytes);
    const { width, height } = image;
    const pixels = await decoders[image.format](image.bytes, withoutHiddenColours);
    const size = Uint8Array.of(width, width >> 8, 0, 0, height, height >> 8, 0, 0);
    return (await sha256(joinBytes(size, pixels))).slice(0, 12);
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === "image-corrupt") return null;
    throw thrown;
  }
}

/** Copies RGBA; transparent pixels get no colour. */
function withoutHiddenColours(pixels: Pixels): Uint8Array {
  const rgba = wholeImage(pixels);
  return rgba.map((value, at) => ((rgba[at | 3] ?? 0) === 0 ? 0 : value));
}

async function compare(format: keyof typeof malformedImages, decoders: Decoders): Promise<readonly Compared[]> {
  const compared: Compared[] = [];
  for (let seed = 0; seed < MALFORMED_IMAGES; seed += 1) {
    const ours = await digestOf(malformedImages[format](seed, jpegs).bytes, decoders);
    const pillow = expected[format].pillow[seed] ?? null;
    compared.push({ seed, ours, pillow, whole: expected[format].whole[seed] ?? null });
  }
  return compared;
}

/** Returns whether a file was neither shown with a part missing nor refused although Pillow shows all of it. */
function isRight({ ours, pillow, whole }: Compared): boolean {
  return ours === pillow || (pillow === null ? ours === whole : ours === null && pillow !== whole);
}

const hasSameOutcome = ({ ours, pillow }: Compared) => ours === pillow;

/** Small files of each format: a property decodes hundreds. */
const smallFiles = [
  ...jpegs,
  ...[
    "small-33x33.png",
    "grey-alpha-120x90.png",
    "interlaced-5x3.gif",
    "animated-64x48.gif",
    "oriented-8-140x80.webp",
  ].map(vectorImage),
];

/** Compares the decoders of one platform with Pillow. */
export function describeMalformedImages(decoders: Decoders): void {
  describe("a malformed file is decoded as Pillow does, or refused if a part of its picture is missing", () => {
    it.each([
      // Pillow shows damaged JPEGs, and refuses complete ones without an end marker.
      ["jpg", 750],
      // One of these files ends after its last pixel, but within the block of that pixel's code.
      ["gif", 990],
    ] as const)("%s, with the same outcome for %i of 1000", async (format, minimum) => {
      const compared = await compare(format, decoders);
      expect(compared.filter((file) => !isRight(file))).toEqual([]);
      expect(compared.filter(hasSameOutcome).length).toBeGreaterThan(minimum);
    });

    it("png, as libpng does if Pillow and libpng differ", async () => {
      const compared = await compare("png", decoders);
      // Of a zlib stream that stops before the end of its last block, the codec returns nothing.
      const unfinished = new Set(expected.unfinished);
      expect(compared.filter(({ seed, ours, whole }) => ours !== (unfinished.has(seed) ? null : whole))).toEqual([]);
      const others = compared
        .filter((file) => !hasSameOutcome(file))
        .map(({ seed }) => malformedImages.png(seed).oddities);
      expect(others.filter((oddities) => !oddities.some((oddity) => OTHER_IN_PILLOW.has(oddity)))).toEqual([]);
      expect(others.length).toBeLessThan(360);
    });
  });

  describe("a file that ends too early", () => {
    it("is decoded like the complete file or refused", async () => {
      const missing = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.nat(3000));
      const isAccepted = fc.asyncProperty(fc.constantFrom(...smallFiles), missing, async (file, bytes) => {
        const outcome = await digestOf(file.subarray(0, Math.max(24, file.length - bytes)), decoders);
        expect([null, await digestOf(file, decoders)]).toContain(outcome);
      });
      await fc.assert(isAccepted, { numRuns: 300 });
    });

    it.each([
      ["a JPEG without its end marker", "progressive-444-320x240.jpg", 2],
      ["a PNG without IEND and its data's checksum", "small-33x33.png", 16],
      ["a PNG without its Adler-32, too", "small-33x33.png", 20],
      ["a GIF without its trailer", "interlaced-5x3.gif", 1],
      ["a GIF without its second frame", "animated-64x48.gif", 300],
      ["a WebP without its last chunk", "oriented-8-140x80.webp", 20],
    ])("is decoded if its first frame is complete: %s", async (_, name, bytes) => {
      const file = vectorImage(name);
      expect(await digestOf(file.subarray(0, -bytes), decoders)).toBe(await digestOf(file, decoders));
    });
  });

  describe("a JPEG with stray bytes before each restart marker", () => {
    it("is decoded up to MAX_STRAY_PLACES, and refused above", async () => {
      const side = 1408;
      const intervals = (side / 8) ** 2;
      const scans = Math.floor(MAX_STRAY_PLACES / intervals);
      const grey = await digestOf(greyJpeg(side, scans, 0), decoders);
      expect(grey).not.toBeNull();
      expect(await digestOf(greyJpeg(side, scans, 9), decoders)).toBe(grey);
      expect(await digestOf(greyJpeg(side, scans + 1, 9), decoders)).toBeNull();
    });

    it("is refused if a part is missing, before or after the first of these bytes", async () => {
      expect(await digestOf(greyJpeg(80, 1, 9), decoders)).not.toBeNull();
      for (const missing of [0, 1, 50, 99]) {
        expect(await digestOf(greyJpeg(80, 1, 9, missing), decoders)).toBeNull();
      }
    });
  });
}
