/// <reference types="vite/client" />
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/bytes/sha256.ts";
import { imageFromBytes } from "../../src/image/image.ts";
import type { Decoders } from "../../src/pixels/decode.ts";
import expected from "../vectors/malformed-images/expected.json" with { type: "json" };
import { joinBytes } from "./image-bytes.ts";
import { MALFORMED_IMAGES, malformedImages } from "./malformed-images.ts";
import type { PngOddity } from "./malformed-png.ts";

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

const refused = expect.objectContaining({ code: "image-corrupt" });

async function digestOf(bytes: Uint8Array, decoders: Decoders): Promise<Outcome> {
  try {
    const image = await imageFromBytes(bytes);
    const { width, height } = image;
    const pixels = await decoders[image.format](image.bytes, withoutHiddenColours);
    const size = Uint8Array.of(width, width >> 8, 0, 0, height, height >> 8, 0, 0);
    return (await sha256(joinBytes(size, pixels))).slice(0, 12);
  } catch (thrown) {
    expect(thrown).toEqual(refused);
    return null;
  }
}

/** Copies RGBA; transparent pixels get no colour. */
function withoutHiddenColours(rgba: Uint8Array): Uint8Array {
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
}
