import { expect, it } from "vitest";
import { imageFromBytes } from "../../src/image/image.ts";
import { decodePng } from "../../src/pixels/decode-png.ts";
import { isByRow, wholeImage } from "../../src/pixels/pixel-rows.ts";
import { deflate, ihdr, pngChunk, pngOf } from "../support/image-bytes.ts";

/** Two rows of two pixels with 8 bits, with the filters Sub and Up. */
const rows = Uint8Array.of(1, 10, 20, 30, 1, 2, 3, 2, 5, 5, 5, 250, 250, 250);
const expected = [10, 20, 30, 255, 11, 22, 33, 255, 15, 25, 35, 255, 5, 16, 27, 255];

it("reads a stream whose two bytes of header are in chunks of their own", async () => {
  const data = await deflate(rows);
  const parts = [data.subarray(0, 1), data.subarray(1, 2), data.subarray(2, 5), data.subarray(5)];
  const png = pngOf(
    ihdr(2, 2, 8, 2),
    ...parts.map((part) => pngChunk("IDAT", part)),
    pngChunk("IEND", new Uint8Array()),
  );
  const { bytes } = await imageFromBytes(png);
  expect(await decodePng(bytes, (pixels) => [...wholeImage(pixels)])).toEqual(expected);
});

it("gives the stored rows only of opaque RGB", async () => {
  const data = pngChunk("IDAT", await deflate(rows));
  const end = pngChunk("IEND", new Uint8Array());
  const hasStoredRows = async (...chunks: readonly Uint8Array[]) =>
    decodePng(
      pngOf(ihdr(2, 2, 8, 2), ...chunks, data, end),
      (pixels) => isByRow(pixels) && pixels.opaqueRows !== undefined,
    );
  expect(await hasStoredRows()).toBe(true);
  expect(await hasStoredRows(pngChunk("tRNS", Uint8Array.of(0, 10, 0, 20, 0, 30)))).toBe(false);
});

it("refuses data that end before the last row, whatever the header check has said", async () => {
  const short = pngChunk("IDAT", await deflate(rows.slice(0, 9)));
  const png = pngOf(ihdr(2, 2, 8, 2), short, pngChunk("IEND", new Uint8Array()));
  await expect(decodePng(png, wholeImage)).rejects.toThrow(expect.objectContaining({ code: "image-corrupt" }));
});
