import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/bytes/sha256.ts";
import { imageFromBytes, imageFromText } from "../../src/image/image.ts";
import type { Decoders } from "../../src/pixels/decode.ts";
import { preprocess } from "../../src/pixels/preprocess.ts";
import vectors from "../vectors/preprocess/expected.json" with { type: "json" };
import {
  deflate,
  halfJpeg,
  ihdr,
  jpegSegment,
  jpegSegments,
  joinBytes,
  pngChunk,
  pngOf,
  withStrayByte,
} from "./image-bytes.ts";
import { vectorImage, vectorImages } from "./vector-images.ts";

const [red, green, blue] = vectors.mean;
const mean = [red ?? 0, green ?? 0, blue ?? 0] as const;
const [redDeviation, greenDeviation, blueDeviation] = vectors.std;
const std = [redDeviation ?? 1, greenDeviation ?? 1, blueDeviation ?? 1] as const;
const target = { size: 256, mean, std };
const corrupt = expect.objectContaining({ code: "image-corrupt" });

const unknownFilter = pngOf(ihdr(8, 8, 8, 0), pngChunk("IDAT", await deflate(new Uint8Array(72).fill(99))));

/** One valid image of each format, decoded after each broken one. */
const validFiles = new Set([
  "alpha-200x300.png",
  "baseline-420-900x700.jpg",
  "lossless-257x99.webp",
  "palette-200x150.gif",
]);

const cases = vectorImages.flatMap(({ file, dataUri, results }) =>
  results.map((result) => ({ file, dataUri, ...result })),
);

/** Tests `preprocess` with the decoders of one platform. */
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

    it("returns the same values for concurrent as for sequential decoding", async () => {
      const images = vectorImages.slice(0, 6).map(({ file }) => vectorImage(file));
      const alone: string[] = [];
      for (const image of images) alone.push(await digestOf(image));
      expect(await Promise.all(images.map(digestOf))).toEqual(alone);
    });
  });

  describe("an image that cannot be decoded", () => {
    const jpeg = vectorImage("progressive-444-320x240.jpg");
    const baseline = vectorImage("baseline-420-900x700.jpg");
    const png = vectorImage("small-33x33.png");
    const header = png.subarray(0, 8 + 25);
    const end = pngChunk("IEND", new Uint8Array());
    const broken: readonly (readonly [string, Uint8Array])[] = [
      [
        "a JPEG without its second half, the end marker put back",
        joinBytes(baseline.subarray(0, 30_000), new Uint8Array([0xff, 0xd9])),
      ],
      ["half a JPEG with a stray byte between two segments", halfJpeg(withStrayByte(baseline))],
      ["half a JPEG of an unknown JFIF version", halfJpeg(baseline.with(11, 3))],
      ["half a JPEG with an unknown Adobe transform", halfJpeg(after(baseline, 0, adobe(9)))],
      ["half a JPEG with a scan's unused parameters set", halfJpeg(withScanParameters(baseline, [0, 0, 0]))],
      ["half a JPEG with restart markers", halfJpeg(vectorImage("restarts-oriented-400x300.jpg"))],
      ["a JPEG without quantisation tables", withoutSegments(jpeg, 0xdb)],
      [
        "a PNG with data that is not a zlib stream",
        joinBytes(header, pngChunk("IDAT", new Uint8Array(99).fill(7)), end),
      ],
      ["a PNG with an unknown filter", unknownFilter],
      ["a lossy WebP without its second half, its lengths put right", halfWebp(vectorImage("lossy-300x201.webp"))],
      ["a lossless WebP without its second half", halfWebp(vectorImage("lossless-257x99.webp"))],
      ["a lossless WebP of noise", vectorImage("lossless-257x99.webp").fill(0x5a, 60)],
      ["a GIF with truncated data", shortGif(vectorImage("noise-256x256.gif"))],
      ["a GIF with undefined codes", vectorImage("noise-256x256.gif").fill(0xfe, 1000, 1010)],
      ["a GIF with a code size of 0", withoutBits(vectorImage("noise-256x256.gif"))],
      ["a PNG with too few rows", joinBytes(header, pngChunk("IDAT", png.subarray(41, 400)), end)],
    ];

    it.each(broken)("is rejected as corrupt, and the next image is decoded: %s", async (_, bytes) => {
      const constructor = Uint8ClampedArray;
      await expect(digestOf(bytes)).rejects.toThrow(corrupt);
      expect(Uint8ClampedArray).toBe(constructor);
      for (const { file, results } of vectorImages.filter(({ file: name }) => validFiles.has(name))) {
        expect(await digestOf(vectorImage(file))).toBe(results[0]?.pixelValuesSha256);
      }
    });

    it("is rejected if its size differs from the size parsed from its header", async () => {
      const image = await imageFromBytes(png);
      await expect(preprocess({ ...image, width: image.width + 1 }, target, decoders)).rejects.toThrow(corrupt);
    });
  });

  it("decodes a JPEG without Huffman tables, like a video frame, with the standard ones", async () => {
    const jpeg = vectorImage("baseline-420-900x700.jpg");
    expect(await digestOf(withoutSegments(jpeg, 0xc4))).toBe(await digestOf(jpeg));
  });

  describe("a complete JPEG with unusual segments is decoded like one without them", () => {
    const files = ["baseline-420-900x700.jpg", "progressive-444-320x240.jpg", "restarts-oriented-400x300.jpg"];
    const oddities: readonly (readonly [string, (jpeg: Uint8Array) => Uint8Array])[] = [
      ["JFIF 1.00", (jpeg) => jpeg.with(12, 0)],
      ["JFIF 1.02", (jpeg) => jpeg.with(12, 2)],
      ["JFIF 2.01", (jpeg) => jpeg.with(11, 2)],
      ["JFIF 3.01", (jpeg) => jpeg.with(11, 3)],
      ["no JFIF", (jpeg) => withoutSegments(jpeg, 0xe0)],
      ["Adobe's marker for YCbCr", (jpeg) => after(withoutSegments(jpeg, 0xe0), 0, adobe(1))],
      ["an unknown Adobe transform", (jpeg) => after(withoutSegments(jpeg, 0xe0), 0, adobe(9))],
      ["Adobe's marker for RGB, overridden by JFIF", (jpeg) => after(jpeg, 0, adobe(0))],
      ["fill bytes between segments", (jpeg) => between(jpeg, [0xff, 0xff])],
      ["stray bytes between segments", (jpeg) => between(jpeg, [0, 7])],
      [
        "comments, profiles, a thumbnail",
        (jpeg) => after(jpeg, 0, [...jpegSegment(0xfe, [1]), ...jpegSegment(0xe2, jpeg.subarray(0, 9e3))]),
      ],
      ["fill bytes before the end", (jpeg) => joinBytes(jpeg.subarray(0, -2), Uint8Array.of(0xff, 0xff, 0xff, 0xd9))],
      ["padding before the end", (jpeg) => joinBytes(jpeg.subarray(0, -2), new Uint8Array(9), jpeg.subarray(-2))],
      ["bytes after the end", (jpeg) => joinBytes(jpeg, jpeg)],
    ];
    const odd = files.flatMap((file) => oddities.map(([what, change]) => ({ file, what, change })));

    it.each(odd)("$file: $what", async ({ file, change }) => {
      const jpeg = vectorImage(file);
      expect(await digestOf(change(jpeg))).toBe(await digestOf(jpeg));
    });
  });

  it("decodes a baseline JPEG with scan parameters that only progressive JPEGs use", async () => {
    const jpeg = vectorImage("baseline-420-900x700.jpg");
    expect(await digestOf(withScanParameters(jpeg, [0, 0, 0]))).toBe(await digestOf(jpeg));
  });

  it("decodes a JPEG as RGB if Adobe's marker says so and no JFIF marker overrides it", async () => {
    const jpeg = withoutSegments(vectorImage("baseline-444-499x331.jpg"), 0xe0);
    expect(await digestOf(after(jpeg, 0, adobe(0)))).not.toBe(await digestOf(jpeg));
  });

  it("decodes a PNG with 100,000 empty data chunks like one without them", async () => {
    const png = vectorImage("small-33x33.png");
    const empty = Array.from({ length: 100_000 }, () => pngChunk("IDAT", new Uint8Array()));
    expect(await digestOf(joinBytes(png.subarray(0, 33), ...empty, png.subarray(33)))).toBe(await digestOf(png));
  });

  it("decodes a PNG with 5 MB of text like one without it", async () => {
    const png = vectorImage("small-33x33.png");
    const text = pngChunk("tEXt", new Uint8Array(5_000_000).fill(0x61));
    expect(await digestOf(joinBytes(png.subarray(0, 33), text, png.subarray(33)))).toBe(await digestOf(png));
  });
}

/** Removes the segments with this marker before the first scan of a JPEG. */
function withoutSegments(jpeg: Uint8Array, marker: number): Uint8Array {
  const segments = jpegSegments(jpeg);
  const kept = segments.flatMap(({ code, at }, index) => {
    const end = segments[index + 1]?.at;
    return code === marker ? [] : [jpeg.subarray(at, end)];
  });
  return joinBytes(jpeg.subarray(0, 2), ...kept);
}

/** Inserts bytes after a segment of a JPEG. */
function after(jpeg: Uint8Array, segment: number, bytes: Iterable<number>): Uint8Array {
  const at = jpegSegments(jpeg)[segment + 1]?.at;
  return joinBytes(jpeg.subarray(0, at), Uint8Array.from(bytes), jpeg.subarray(at));
}

/** Inserts bytes before each segment of a JPEG except the first. */
function between(jpeg: Uint8Array, bytes: readonly number[]): Uint8Array {
  const starts = jpegSegments(jpeg).map(({ at }) => at);
  const parts = starts.flatMap((at, index) => [jpeg.subarray(at, starts[index + 1]), Uint8Array.from(bytes)]);
  return joinBytes(jpeg.subarray(0, 2), ...parts.slice(0, -1));
}

/** Removes the second half of the only chunk of a simple WebP file and corrects the lengths. */
function halfWebp(webp: Uint8Array): Uint8Array {
  const half = webp.slice(0, 20 + 2 * Math.floor((webp.length - 20) / 4));
  const view = new DataView(half.buffer);
  view.setUint32(4, half.length - 8, true);
  view.setUint32(16, half.length - 20, true);
  return half;
}

/** The offset of the image data in a GIF with 256 colours and no extensions before its frame. */
const GIF_DATA = 13 + 768 + 10;

/** Returns a GIF with only its first block of data. */
function shortGif(gif: Uint8Array): Uint8Array {
  const end = GIF_DATA + 2 + (gif[GIF_DATA + 1] ?? 0);
  return joinBytes(gif.subarray(0, end), Uint8Array.of(0, 0x3b));
}

function withoutBits(gif: Uint8Array): Uint8Array {
  return gif.with(GIF_DATA, 0);
}

function adobe(transform: number): Uint8Array {
  return jpegSegment(0xee, [...new TextEncoder().encode("Adobe"), 0, 100, 0, 0, 0, 0, transform]);
}

/** Replaces the scan's spectral selection and bit positions (first and last coefficient, bits), which only progressive JPEGs use. */
function withScanParameters(jpeg: Uint8Array, parameters: readonly number[]): Uint8Array {
  const scan = jpegSegments(jpeg).at(-1)?.at ?? 0;
  const whole = Uint8Array.from(jpeg);
  whole.set(parameters, scan + 2 + (jpeg[scan + 3] ?? 0) - parameters.length);
  return whole;
}
