import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { decoders } from "../../src/pixels/decode-node.ts";
import { createPngRenderer } from "../../src/raster/render-png.ts";
import { startResvg } from "../../src/raster/shapes.ts";
import { wholeImage } from "../../src/pixels/pixel-rows.ts";

const fileOf = (path: string) => readFileSync(createRequire(import.meta.url).resolve(path));

/** Draws shapes with resvg in Node. */
export const drawShapes = await startResvg(
  new WebAssembly.Module(fileOf("@resvg/resvg-wasm/index_bg.wasm")),
  fileOf("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
);

/** Draws PNGs in Node. */
export const renderPng = createPngRenderer({ decoders, loadShapes: async () => drawShapes });

/** Decodes a PNG to RGBA. */
export async function decodedPng(png: Uint8Array) {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const rgba = await decoders.png(png, (pixels) => wholeImage(pixels).slice());
  return { width: view.getUint32(16), height: view.getUint32(20), rgba };
}
