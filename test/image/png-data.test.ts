import { assert, boolean, constantFrom, integer, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { imageFromBytes } from "../../src/image/image.ts";
import { checkPngData } from "../../src/image/png-data.ts";
import { deflate, ihdr, inflatingPng, pngChunk, pngOf, withWrongEnd } from "../support/image-bytes.ts";
import { plainPng, PNG_KINDS, rowLengths } from "../support/image-bombs.ts";
import { vectorImage, vectorImages } from "../support/vector-images.ts";

const corrupt = { refused: "image-corrupt" };

/** Checks a grey PNG of 100 x 100 pixels with this zlib stream. */
function checkStream(stream: Uint8Array): ReturnType<typeof checkPngData> {
  return checkPngData(pngOf(ihdr(100, 100, 8, 0), pngChunk("IDAT", stream)));
}

/** Random rows of a grey PNG of 100 x 100 pixels, which deflate stores, with valid filters. */
function randomRows(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(101 * 100)).map((byte, at) => (at % 101 === 0 ? byte % 5 : byte));
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
    const data = await deflate(randomRows());
    const invalid = [new Uint8Array(99).fill(7), data.subarray(0, data.length / 2), data.with(1, 0)];
    for (const bytes of invalid) {
      expect(checkStream(bytes)).toMatchObject(corrupt);
    }
  });

  it("accepts a stream whose Adler-32 is wrong, or missing in part or whole, but no byte less", async () => {
    const data = await deflate(randomRows());
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

describe("the filter of each row", () => {
  // The codec traps on an unknown filter, and its instance is lost.
  it("is one of five, in every pass, colour type and bit depth", () => {
    assert(
      property(
        record({
          width: integer({ min: 1, max: 70 }),
          height: integer({ min: 1, max: 40 }),
          kind: constantFrom(...PNG_KINDS),
          isInterlaced: boolean(),
        }),
        nat(),
        nat(255),
        ({ kind: [colourType, bitDepth], ...rest }, place, filter) => {
          const png = { ...rest, colourType, bitDepth };
          const bad = place % rowLengths(png).length;
          const refusal = checkPngData(plainPng({ ...png, filterOf: (row) => (row === bad ? filter : row % 5) }));
          expect(refusal?.refused).toBe(filter > 4 ? "image-corrupt" : undefined);
        },
      ),
    );
  });

  it("is not looked for in data after the last row", async () => {
    const rows = new Uint8Array(101 * 102).fill(9, 101 * 100);
    expect(checkStream(await deflate(rows))).toBeUndefined();
  });
});

/** A stored block of deflate (RFC 1951, 3.2.4). `complement` is what its second length is xored with. */
function stored(isLast: boolean, data: Uint8Array, complement = 0xffff): readonly number[] {
  const inverted = data.length ^ complement;
  return [isLast ? 1 : 0, data.length & 255, data.length >> 8, inverted & 255, inverted >> 8, ...data];
}

/** A zlib stream of these blocks, without an Adler-32. */
function streamOf(...blocks: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([0x78, 0x01, ...blocks.flat()]);
}

describe("a stream on which the codec fails after the last row", () => {
  it("is refused: it has no end, or damage after the image", async () => {
    const rows = new Uint8Array(101 * 100);
    expect(checkStream(streamOf(stored(true, rows)))).toBeUndefined();
    expect(checkStream(streamOf(stored(false, rows), stored(true, new Uint8Array())))).toBeUndefined();
    expect(checkStream(streamOf(stored(false, rows)))).toMatchObject(corrupt);
    expect(checkStream(streamOf(stored(true, rows, 0)))).toMatchObject(corrupt);
    expect(checkStream(streamOf(stored(false, rows), stored(true, new Uint8Array(), 0)))).toMatchObject(corrupt);
    // A block of the reserved type 3.
    expect(checkStream(streamOf(stored(false, rows), [7]))).toMatchObject(corrupt);
  });
});
