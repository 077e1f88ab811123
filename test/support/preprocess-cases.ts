import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/image/digest.ts";
import { imageFromBytes, imageFromText } from "../../src/image/intake.ts";
import type { Decoders } from "../../src/runtime/decode.ts";
import { preprocess } from "../../src/runtime/preprocess.ts";
import vectors from "../vectors/preprocess/expected.json" with { type: "json" };
import { joinBytes, pngChunk } from "./pictures.ts";
import { vectorPicture, vectorPictures } from "./vector-pictures.ts";

const [red, green, blue] = vectors.mean;
const mean = [red ?? 0, green ?? 0, blue ?? 0] as const;
const [redDeviation, greenDeviation, blueDeviation] = vectors.std;
const std = [redDeviation ?? 1, greenDeviation ?? 1, blueDeviation ?? 1] as const;
const target = { size: 256, mean, std };
const corrupt = expect.objectContaining({ code: "image-corrupt" });

const cases = vectorPictures.flatMap(({ file, dataUri, results }) =>
  results.map((result) => ({ file, dataUri, ...result })),
);

/** What `preprocess` does with the decoders of one platform. */
export function describePreprocess(decoders: Decoders): void {
  const digestOf = async (bytes: Uint8Array): Promise<string> => {
    const values = await preprocess(await imageFromBytes(bytes), target, decoders);
    return sha256(new Uint8Array(values.buffer));
  };

  describe("preprocess", () => {
    it.each(cases)(
      "is bit-equal to Pillow and transformers: $file at $size",
      async ({ dataUri, size, ...expected }) => {
        const values = await preprocess(await imageFromText(dataUri), { ...target, size }, decoders);
        expect(values.length).toBe(3 * size * size);
        expect(await sha256(new Uint8Array(values.buffer))).toBe(expected.pixelValuesSha256);
      },
    );

    it("gives the same values for pictures decoded at the same time as for one after the other", async () => {
      const pictures = vectorPictures.slice(0, 6).map(({ file }) => vectorPicture(file));
      const alone: string[] = [];
      for (const picture of pictures) alone.push(await digestOf(picture));
      expect(await Promise.all(pictures.map(digestOf))).toEqual(alone);
    });
  });

  describe("a picture that cannot be decoded", () => {
    const jpeg = vectorPicture("progressive-444-320x240.jpg");
    const baseline = vectorPicture("baseline-420-900x700.jpg");
    const png = vectorPicture("small-33x33.png");
    const header = png.subarray(0, 8 + 25);
    const end = pngChunk("IEND", new Uint8Array());
    const broken: readonly (readonly [string, Uint8Array])[] = [
      [
        "a JPEG without its second half, the end marker put back",
        joinBytes(baseline.subarray(0, 30_000), new Uint8Array([0xff, 0xd9])),
      ],
      ["a JPEG without quantisation tables", withoutSegments(jpeg, 0xdb)],
      ["a PNG whose data is no zlib stream", joinBytes(header, pngChunk("IDAT", new Uint8Array(99).fill(7)), end)],
      ["a PNG with too few rows", joinBytes(header, pngChunk("IDAT", png.subarray(41, 400)), end)],
    ];

    it.each(broken)("is refused whole, and the next one is decoded: %s", async (_, bytes) => {
      const constructor = Uint8ClampedArray;
      await expect(digestOf(bytes)).rejects.toThrow(corrupt);
      expect(Uint8ClampedArray).toBe(constructor);
      for (const { file, results } of vectorPictures.slice(0, 4)) {
        expect(await digestOf(vectorPicture(file))).toBe(results[0]?.pixelValuesSha256);
      }
    });

    it("is one that is not of the size its header was read to say", async () => {
      const image = await imageFromBytes(png);
      await expect(preprocess({ ...image, width: image.width + 1 }, target, decoders)).rejects.toThrow(corrupt);
    });
  });

  it("a JPEG without Huffman tables, as video frames are, is decoded with the standard ones", async () => {
    const jpeg = vectorPicture("baseline-420-900x700.jpg");
    expect(await digestOf(withoutSegments(jpeg, 0xc4))).toBe(await digestOf(jpeg));
  });

  it("a PNG with 5 MB of text is decoded as without", async () => {
    const png = vectorPicture("small-33x33.png");
    const text = pngChunk("tEXt", new Uint8Array(5_000_000).fill(0x61));
    expect(await digestOf(joinBytes(png.subarray(0, 33), text, png.subarray(33)))).toBe(await digestOf(png));
  });
}

/** A JPEG without the segments of one marker before its first scan. */
function withoutSegments(jpeg: Uint8Array, marker: number): Uint8Array {
  const kept = [jpeg.subarray(0, 2)];
  let at = 2;
  while (jpeg[at + 1] !== 0xda) {
    const end = at + 2 + (jpeg[at + 2] ?? 0) * 256 + (jpeg[at + 3] ?? 0);
    if (jpeg[at + 1] !== marker) kept.push(jpeg.subarray(at, end));
    at = end;
  }
  return joinBytes(...kept, jpeg.subarray(at));
}
