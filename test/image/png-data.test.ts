import { describe, expect, it } from "vitest";
import { imageFromBytes } from "../../src/image/image.ts";
import { checkPngData } from "../../src/image/png-data.ts";
import { deflate, ihdr, inflatingPng, pngChunk, pngOf } from "../support/image-bytes.ts";
import { vectorImage, vectorImages } from "../support/vector-images.ts";

const corrupt = { refused: "image-corrupt" };

describe("checkPngData", () => {
  it.each(vectorImages.filter(({ file }) => file.endsWith(".png")))("finds nothing wrong: $file", async ({ file }) => {
    expect(checkPngData(vectorImage(file))).toBeUndefined();
  });

  it("takes data to the byte, and a row too much, but not one byte too little", async () => {
    expect(checkPngData(await inflatingPng(100, 101 * 100))).toBeUndefined();
    expect(checkPngData(await inflatingPng(100, 101 * 101))).toBeUndefined();
    expect(checkPngData(await inflatingPng(100, 101 * 100 - 1))).toMatchObject(corrupt);
  });

  it("refuses what inflates to 64 KiB more than the picture, and a bomb of 60 MB, at its first pieces", async () => {
    expect(checkPngData(await inflatingPng(100, 101 * 100 + 64 * 1024))).toBeUndefined();
    expect(checkPngData(await inflatingPng(100, 101 * 100 + 64 * 1024 + 1))).toMatchObject(corrupt);
    await expect(imageFromBytes(await inflatingPng(100, 60_000_000))).rejects.toThrow(
      expect.objectContaining({ code: "image-corrupt" }),
    );
  });

  it("refuses data that is no zlib stream, is cut, or has no right header", async () => {
    const data = await deflate(crypto.getRandomValues(new Uint8Array(101 * 100)));
    const wrongs = [new Uint8Array(99).fill(7), data.subarray(0, data.length / 2), data.with(1, 0)];
    for (const wrong of wrongs) {
      expect(checkPngData(pngOf(ihdr(100, 100, 8, 0), pngChunk("IDAT", wrong)))).toMatchObject(corrupt);
    }
  });

  it("reads data that is cut into chunks of one byte, with empty ones between", async () => {
    const data = await deflate(new Uint8Array(101 * 100));
    const chunks = Array.from(data, (byte) => [
      pngChunk("IDAT", Uint8Array.of(byte)),
      pngChunk("IDAT", new Uint8Array()),
    ]);
    expect(checkPngData(pngOf(ihdr(100, 100, 8, 0), ...chunks.flat()))).toBeUndefined();
  });
});
