import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageFromBytes } from "../../src/image/image.ts";
import { imageData, readPngLayout } from "../../src/image/png-layout.ts";
import { pngFile, type PixelType, pixelTypes } from "../../src/raster/png-file.ts";
import { joinBytes } from "../support/image-bytes.ts";

/** Inflates a PNG's data and undoes the filters: none, or minus the byte above. */
async function pixelsIn(png: Uint8Array, rowBytes: number): Promise<Uint8Array> {
  const layout = readPngLayout(png);
  if ("refused" in layout) throw new Error(layout.reason);
  const data = new Blob([joinBytes(...imageData(png, layout))])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"));
  const raw = new Uint8Array(await new Response(data).arrayBuffer());
  const pixels = new Uint8Array((raw.length / (rowBytes + 1)) * rowBytes);
  for (let at = 0; at < pixels.length; at += 1) {
    const [row, x] = [Math.floor(at / rowBytes), at % rowBytes];
    const filter = raw[row * (rowBytes + 1)];
    if (filter !== 0 && filter !== 2) throw new Error(`The row has the filter ${filter}.`);
    pixels[at] = (raw[row * (rowBytes + 1) + 1 + x] ?? 0) + (filter === 2 ? (pixels[at - rowBytes] ?? 0) : 0);
  }
  return pixels;
}

function* rowsOfOneBuffer(values: readonly number[]): Generator<Uint8Array, void, void> {
  const row = new Uint8Array(3);
  for (const value of values) yield row.fill(value);
}

const side = fc.integer({ min: 1, max: 40 });

describe("pngFile", () => {
  it("writes files that the header check accepts, with the pixels of the rows", async () => {
    const type = fc.constantFrom<PixelType>("rgb", "rgba");
    const property = fc.asyncProperty(
      side,
      side,
      type,
      fc.infiniteStream(fc.nat(255)),
      async (width, height, as, bytes) => {
        const rowBytes = width * pixelTypes[as].bytes;
        const pixels = Uint8Array.from({ length: rowBytes * height }, () => bytes.next().value ?? 0);
        const rows = Array.from({ length: height }, (_, y) => pixels.subarray(y * rowBytes, (y + 1) * rowBytes));
        const png = pngFile({ width, height }, as, rows);
        expect(await imageFromBytes(png)).toMatchObject({ format: "png", width, height });
        expect(await pixelsIn(png, rowBytes)).toEqual(pixels);
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });

  it("may read its rows from one buffer", async () => {
    const png = pngFile({ width: 1, height: 3 }, "rgb", rowsOfOneBuffer([7, 200, 90]));
    expect(await pixelsIn(png, 3)).toEqual(Uint8Array.of(7, 7, 7, 200, 200, 200, 90, 90, 90));
  });
});
