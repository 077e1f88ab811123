import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { DRAWING_POLICY } from "../../src/http/answer-body.ts";
import { type Distances, distancesIn, type RenderSvg, throughSvg } from "../support/drawing-edges.ts";
import { decodedPng } from "../support/png-renderer.ts";
import { turnedImages } from "../support/turned-images.ts";
import { openSvgPage, useBrowser } from "./support/browser.ts";

useBrowser();

/** The width and height of a drawing, rounded up as renderers do. */
function sizeOf(svg: string) {
  const [width = 0, height = 0] = ["width", "height"].map((side) =>
    Math.ceil(Number(new RegExp(`<svg [^>]*\\s${side}="([^"]+)"`, "u").exec(svg)?.[1])),
  );
  return { width, height };
}

async function chromium(): Promise<RenderSvg> {
  const screenshot = await openSvgPage(DRAWING_POLICY);
  return async (svg) => decodedPng(await screenshot(svg, sizeOf(svg)));
}

/** Path of librsvg's command, from Debian's package librsvg2-bin. */
const RSVG_CONVERT = process.env["RSVG_CONVERT"] ?? "/usr/bin/rsvg-convert";

const librsvg: RenderSvg = async (svg) => {
  const running = promisify(execFile)(RSVG_CONVERT, [], { encoding: "buffer", maxBuffer: 2 ** 28 });
  running.child.stdin?.end(svg);
  return decodedPng((await running).stdout);
};

const images = await turnedImages();

/** The renderers that are here, with the images that they can read: librsvg 2.54 reads no WebP. test/full/ has resvg. */
const renderers = [
  { renderer: "Chromium", start: chromium, readable: images },
  ...(existsSync(RSVG_CONVERT)
    ? [
        {
          renderer: "librsvg",
          start: async () => librsvg,
          readable: images.filter(({ image }) => image.format !== "webp"),
        },
      ]
    : []),
];

describe.each(renderers)("drawings of images that EXIF turns, rendered by $renderer", ({ start, readable }) => {
  it("have their shapes within one pixel of the thing", async () => {
    const render = await start();
    const distances: Distances[] = [];
    for (const image of readable) distances.push(await distancesIn(image, throughSvg(render, image)));
    expect(distances.length).toBeGreaterThanOrEqual(30);
    expect(distances.filter(({ mark, shape }) => mark > 1 || shape > 1)).toEqual([]);
  });
});
