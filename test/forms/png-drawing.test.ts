import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDrawing } from "../../src/contract/forms.ts";
import { formatAnswer } from "../../src/forms/format-answer.ts";
import { MAX_DRAWING_PIXELS, pngDrawing, pngSize, type PngSource } from "../../src/forms/png-drawing.ts";
import { boxes, scoredBoxes } from "../support/answers.ts";
import { xmlElements } from "../support/strict-xml.ts";

const bytes = Uint8Array.of(1, 2, 3);
const image = { bytes, format: "png", width: 400, height: 200, digest: "d1" } as const;

/** A renderer that draws nothing and remembers what it was asked for. */
function fakeRenderer() {
  const sources: PngSource[] = [];
  const renderPng = async (source: PngSource) => {
    sources.push(source);
    return Uint8Array.of(9);
  };
  return { sources, renderPng };
}

describe("the size of a PNG drawing", () => {
  it.each([
    ["an image that a deployment takes is drawn in its own pixels", [1000, 2000], [1000, 2000]],
    ["a small image is enlarged, as in an SVG", [120, 90], [480, 360]],
    ["a photograph of 12 megapixels is reduced", [4000, 3000], [1632, 1224]],
    ["a single pixel is enlarged", [1, 1], [480, 480]],
    ["a line keeps its pixels", [16_384, 1], [16_384, 1]],
  ] as const)("%s", (_, [width, height], [drawnWidth, drawnHeight]) => {
    expect(pngSize({ width, height })).toEqual({ width: drawnWidth, height: drawnHeight });
  });

  it("is in whole pixels, within the limit, and keeps the ratio to a pixel", () => {
    const side = fc.integer({ min: 1, max: 16_384 });
    const property = fc.property(side, side, (width, height) => {
      const size = pngSize({ width, height });
      expect(size.width * size.height).toBeLessThanOrEqual(MAX_DRAWING_PIXELS);
      expect([size.width, size.height].every((each) => Number.isInteger(each) && each >= 1)).toBe(true);
      // Each side is at most one pixel from the same multiple of the image's.
      expect(Math.abs(size.width * height - size.height * width)).toBeLessThanOrEqual(width + height);
    });
    fc.assert(property, { numRuns: 1000 });
  });
});

describe("a PNG drawing", () => {
  it("is drawn only when it is needed, from the shapes in its size and the image", async () => {
    const { sources, renderPng } = fakeRenderer();
    const drawing = pngDrawing(boxes("cat"), image, renderPng);
    expect(sources).toEqual([]);
    expect(await drawing.render()).toEqual(Uint8Array.of(9));
    const [{ shapes, size, image: below } = { shapes: "", size: undefined, image: undefined }] = sources;
    expect([size, below]).toEqual([{ width: 480, height: 240 }, image]);
    const root = xmlElements(shapes).at(-1);
    expect([root?.attributes["width"], root?.attributes["height"]]).toEqual(["480", "240"]);
    expect(xmlElements(shapes).some(({ name }) => name === "image")).toBe(false);
  });

  it("has a fingerprint of the answer and the image", () => {
    const { renderPng } = fakeRenderer();
    const drawings = [
      pngDrawing(boxes("cat"), image, renderPng),
      pngDrawing(boxes("dog"), image, renderPng),
      pngDrawing(boxes("cat"), { ...image, digest: "d2" }, renderPng),
      pngDrawing(boxes("cat"), undefined, renderPng),
    ];
    expect(new Set(drawings.map(({ fingerprint }) => fingerprint)).size).toBe(4);
    expect(pngDrawing(boxes("cat"), image, renderPng).fingerprint).toBe(drawings[0]?.fingerprint);
  });

  it("shows only the objects within the limits, and is refused where nothing draws it", async () => {
    const source = { task: "object-detection", image, prompts: [], generations: [] } as const;
    const answer = scoredBoxes(0.1, 0.7);
    const { sources, renderPng } = fakeRenderer();
    const options = { overlay: "png", min_score: 0.5, overlay_image: false } as const;
    const drawing = formatAnswer({ ...source, answer }, options, renderPng);
    if (!isDrawing(drawing) || drawing.mediaType !== "image/png") throw new Error("There is no PNG.");
    await drawing.render();
    const labels = xmlElements(sources[0]?.shapes ?? "").flatMap(({ name, text }) => (name === "text" ? [text] : []));
    expect([labels, sources[0]?.image]).toEqual([["1"], undefined]);
    expect(() => formatAnswer({ ...source, answer }, options)).toThrow(
      expect.objectContaining({ code: "png-unavailable" }),
    );
  });
});
