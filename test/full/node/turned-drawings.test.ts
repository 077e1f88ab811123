import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { describe, expect, it } from "vitest";
import { distancesIn, type RenderSvg, throughSvg } from "../../support/drawing-edges.ts";
import { turnedImages } from "../../support/turned-images.ts";

await initWasm(readFileSync(createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm")));

const resvg: RenderSvg = async (svg) => {
  const { width, height, pixels } = new Resvg(svg).render();
  return { width, height, rgba: pixels };
};

// resvg 2.6.2 reads no WebP. test/browser/ has librsvg and Chromium. Public reports: linebender/resvg#961, Kozea/CairoSVG#278, photonix#387.
const images = (await turnedImages()).filter(({ image }) => image.format !== "webp");

describe("drawings of images that EXIF turns, rendered by resvg", () => {
  it("have their shapes within one pixel of the thing", async () => {
    const distances = await Promise.all(images.map((image) => distancesIn(image, throughSvg(resvg, image))));
    expect(distances.length).toBeGreaterThanOrEqual(30);
    expect(distances.filter(({ mark, shape }) => mark > 1 || shape > 1)).toEqual([]);
  });
});
