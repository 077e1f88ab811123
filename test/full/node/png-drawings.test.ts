import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Answer } from "../../../src/contract/answers.ts";
import { MAX_DRAWING_PIXELS, pngDrawing, pngSize } from "../../../src/forms/png-drawing.ts";
import { imageFromBytes } from "../../../src/image/image.ts";
import type { EncodedImage } from "../../../src/inference/backend.ts";
import { overlaySvg } from "../../../src/overlay/svg.ts";
import { decoders } from "../../../src/pixels/decode-node.ts";
import { resizeImage } from "../../../src/pixels/resize-image.ts";
import { anyLabel, boxes, located, object } from "../../support/answers.ts";
import { distancesIn } from "../../support/drawing-edges.ts";
import { bilevelPng, deflate, ihdr, pngChunk, pngOf } from "../../support/image-bytes.ts";
import { decodedPng, drawShapes, renderPng } from "../../support/png-renderer.ts";
import { turnedImages } from "../../support/turned-images.ts";
import { vectorImage } from "../../support/vector-images.ts";

/** An answer without objects about an image. */
function emptyAnswer({ width, height }: EncodedImage): Answer {
  return { type: "boxes", ...located, source: { width, height }, objects: [] };
}

async function drawn(answer: Answer, image: EncodedImage | undefined) {
  return decodedPng(await pngDrawing(answer, image, renderPng).render());
}

describe("a PNG drawing", () => {
  it.each([
    "baseline-420-900x700.jpg",
    "orientation-6-61x43.jpg",
    "alpha-200x300.png",
    "oriented-7-90x120.png",
    "lossy-alpha-201x150.webp",
    "oriented-8-140x80.webp",
    "palette-200x150.gif",
  ])("shows the pixels that the model sees, resized as they are for the model: %s", async (file) => {
    const image = await imageFromBytes(vectorImage(file));
    const { width, height, rgba } = await drawn(emptyAnswer(image), image);
    const rgb = await resizeImage(image, { decoders, target: { width, height } });
    expect({ width, height }).toEqual(pngSize(image));
    expect(rgba.filter((_, at) => at % 4 !== 3)).toEqual(rgb);
    expect(rgba.every((value, at) => at % 4 !== 3 || value === 255)).toBe(true);
  });

  it("has its shapes within one pixel of the thing in images that EXIF turns", async () => {
    const images = await turnedImages();
    expect(images.length).toBeGreaterThanOrEqual(30);
    const distances = await Promise.all(
      images.map((image) => distancesIn(image, (answer) => drawn(answer, image.image))),
    );
    expect(distances.filter(({ mark, shape }) => mark > 1 || shape > 1)).toEqual([]);
  });

  it("is transparent without the image", async () => {
    const { width, height, rgba } = await drawn(boxes("cat"), undefined);
    expect([width, height]).toEqual([480, 240]);
    const colourAt = (x: number, y: number) => [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
    // The left edge of the box, at x = 10 of 400, which covers a part of the pixel, and a place inside.
    const [red, green, blue, alpha] = colourAt(12, 120);
    expect([red, green, blue]).toEqual([0xe6, 0x9f, 0]);
    expect(alpha).toBeGreaterThan(128);
    expect(colourAt(60, 120)).toEqual([0, 0, 0, 0]);
  });

  it("has at most MAX_DRAWING_PIXELS, however large the image", async () => {
    const limits = { maxBytes: 1e8, maxPixels: 1e8, maxSide: 1e5 };
    const image = await imageFromBytes(await bilevelPng(6000, 4000), limits);
    const { width, height } = await drawn(emptyAnswer(image), image);
    expect([width, height]).toEqual([1732, 1154]);
    expect(width * height).toBeLessThanOrEqual(MAX_DRAWING_PIXELS);
  });

  it("is refused if the image cannot be decoded", async () => {
    const rows = await deflate(new Uint8Array(72).fill(99));
    // The check of received images would refuse it, as it does whatever a codec fails on.
    const bytes = pngOf(ihdr(8, 8, 8, 0), pngChunk("IDAT", rows));
    const image: EncodedImage = { bytes, format: "png", width: 8, height: 8, digest: "d" };
    await expect(drawn(emptyAnswer(image), image)).rejects.toMatchObject({ code: "image-corrupt" });
  });
});

function drawing(label: string): Uint8Array {
  return drawShapes(overlaySvg(boxes(label), { size: { width: 480, height: 240 } }));
}

describe("the labels of a PNG drawing", () => {
  it.each(["cat", "Ääßé", "кот", "γάτα", "חתול", "قط", "კატა", "→ ½ ☃"])("have glyphs of their own: %s", (label) => {
    // The font has no Devanagari, and the label's background is as wide.
    expect(drawing(label)).not.toEqual(drawing(label.replaceAll(/\S/gu, "न")));
  });

  it("show an empty box for a letter that the font lacks", () => {
    expect(drawing("猫")).toEqual(drawing("犬"));
    expect(drawing("नम")).toEqual(drawing("मन"));
    expect(drawing("猫")).not.toEqual(drawing("\u2003"));
  });

  it("may be any text in any place", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const place = fc.tuple(share, share, share, share);
    const side = fc.integer({ min: 1, max: 300 });
    const property = fc.property(side, side, fc.array(fc.tuple(anyLabel, place)), (width, height, labelled) => {
      const objects = labelled.map(([label, [left, right, top, bottom]]) => ({
        ...object,
        label,
        box: {
          x1: Math.min(left, right) * width,
          y1: Math.min(top, bottom) * height,
          x2: Math.max(left, right) * width,
          y2: Math.max(top, bottom) * height,
        },
      }));
      const answer: Answer = { type: "boxes", ...located, source: { width, height }, objects };
      const size = pngSize({ width, height });
      expect(drawShapes(overlaySvg(answer, { size }))).toHaveLength(size.width * size.height * 4);
    });
    fc.assert(property);
  });
});
