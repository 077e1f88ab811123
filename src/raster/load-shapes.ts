import { type DrawShapes, startResvg } from "./shapes.ts";

let drawShapes: DrawShapes | undefined;

/**
 * Loads resvg and its font in workerd, at the first call. The imports are dynamic: a module that only they name is neither compiled nor in memory
 * when an isolate starts.
 */
export async function loadShapes(): Promise<DrawShapes> {
  if (drawShapes !== undefined) return drawShapes;
  const [resvg, font] = await Promise.all([
    import("@resvg/resvg-wasm/index_bg.wasm"),
    import("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
  ]);
  drawShapes = await startResvg(resvg.default, new Uint8Array(font.default));
  return drawShapes;
}

/** Whether this isolate has loaded resvg. */
export function isResvgLoaded(): boolean {
  return drawShapes !== undefined;
}
