import type { RenderPng } from "../src/forms/png-drawing.ts";
import { decoders } from "../src/pixels/decode-web.ts";
import { isResvgLoaded, loadShapes } from "../src/raster/load-shapes.ts";
import { createPngRenderer } from "../src/raster/render-png.ts";
import type { Variables } from "./variables.ts";

type Settings = Pick<Variables, "OVERLAY_PNG" | "PLACEMENT">;

/** Whether an isolate of 128 MB has the memory for drawing PNGs, by placement: not beside a model (docs/explanation/memory.md). */
const HAS_MEMORY: Readonly<Record<Variables["PLACEMENT"], boolean>> = { embedded: false, split: false, remote: true };

/** Whether `overlay=png` is answered, by the value of `OVERLAY_PNG`. */
const DRAWS_PNG: Readonly<Record<Variables["OVERLAY_PNG"], (placement: Variables["PLACEMENT"]) => boolean>> = {
  auto: (placement) => HAS_MEMORY[placement],
  true: () => true,
  false: () => false,
};

/** What draws PNGs in this deployment; undefined if it draws none. */
export function pngRenderer({ OVERLAY_PNG, PLACEMENT }: Settings): RenderPng | undefined {
  return DRAWS_PNG[OVERLAY_PNG](PLACEMENT) ? createPngRenderer({ decoders, loadShapes }) : undefined;
}

/** What drawing photographs of two megapixels takes: 34 MB of WebAssembly memory, which stays, and 24 to 46 of buffers (docs/explanation/memory.md). */
const DRAWING_BYTES = 64 * 1024 * 1024;

/** Bytes that drawing PNGs takes in this isolate: nothing until the first drawing. */
export function drawingBytes(): number {
  return isResvgLoaded() ? DRAWING_BYTES : 0;
}
