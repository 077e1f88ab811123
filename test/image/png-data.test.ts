import { describe, expect, it } from "vitest";
import { imageFromBytes } from "../../src/image/image.ts";
import { checkPngData } from "../../src/image/png-data.ts";
import { deflate, ihdr, inflatingPng, pngChunk, pngOf, withWrongEnd } from "../support/image-bytes.ts";
import { vectorImage, vectorImages } from "../support/vector-images.ts";

const corrupt = { refused: "image-corrupt" };

/** Checks a grey PNG of 100 x 100 pixels with this zlib stream. */
function checkStream(stream: Uint8Array): ReturnType<typeof checkPngData> {
  return checkPngData(pngOf(ihdr(100, 100, 8, 0), pngChunk("IDAT", stream)));
}

describe("checkPngData", () => {
  it.each(vectorImages.filter(({ file }) => file.endsWith(".png")))("returns undefined for $file", async ({ file }) => {
    expect(checkPngData(vectorImage(file))).toBeUndefined();
  });

  it("accepts data of the exact length or one row longer, but not one byte shorter", async () => {
    expect(checkPngData(await inflatingPng(100, 101 * 100))).toBeUndefined();
    expect(checkPngData(await inflatingPng(100, 101 * 101))).toBeUndefined();
    expect(checkPngData(await inflatingPng(100, 101 * 100 - 1))).toMatchObject(corrupt);
  });

  it("refuses data that inflates to more than 64 KiB beyond the image, and a bomb of 60 MB early", async () => {
    expect(checkPngData(await inflatingPng(100, 101 * 100 + 64 * 1024))).toBeUndefined();
    expect(checkPngData(await inflatingPng(100, 101 * 100 + 64 * 1024 + 1))).toMatchObject(corrupt);
    await expect(imageFromBytes(await inflatingPng(100, 60_000_000))).rejects.toThrow(
      expect.objectContaining({ code: "image-corrupt" }),
    );
  });

  it("refuses data that is not a zlib stream, is truncated, or has an invalid header", async () => {
    const data = await deflate(crypto.getRandomValues(new Uint8Array(101 * 100)));
    const invalid = [new Uint8Array(99).fill(7), data.subarray(0, data.length / 2), data.with(1, 0)];
    for (const bytes of invalid) {
      expect(checkStream(bytes)).toMatchObject(corrupt);
    }
  });

  it("accepts a stream whose Adler-32 is wrong, or missing in part or whole, but no byte less", async () => {
    const data = await deflate(crypto.getRandomValues(new Uint8Array(101 * 100)));
    expect(checkStream(withWrongEnd(data))).toBeUndefined();
    for (let missing = 1; missing <= 4; missing += 1) expect(checkStream(data.subarray(0, -missing))).toBeUndefined();
    // Random bytes are stored, so the last one is before the Adler-32.
    expect(checkStream(data.subarray(0, -5))).toMatchObject(corrupt);
  });

  it("reads data split into chunks of one byte, with empty chunks between", async () => {
    const data = await deflate(new Uint8Array(101 * 100));
    const chunks = Array.from(data, (byte) => [
      pngChunk("IDAT", Uint8Array.of(byte)),
      pngChunk("IDAT", new Uint8Array()),
    ]);
    expect(checkPngData(pngOf(ihdr(100, 100, 8, 0), ...chunks.flat()))).toBeUndefined();
  });
});
