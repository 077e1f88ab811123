import type { RenderPng } from "../forms/png-drawing.ts";
import type { Decoders } from "../pixels/decode.ts";
import { resizeImage } from "../pixels/resize-image.ts";
import { free } from "../runtime/tensors.ts";
import { composedRows, straightRows } from "./compose.ts";
import { pngFile } from "./png-file.ts";
import type { DrawShapes } from "./shapes.ts";

/** Options of `createPngRenderer`. */
export interface PngRendererOptions {
  readonly decoders: Decoders;
  /** Loads resvg. It is called at each drawing, and loads it at the first. */
  readonly loadShapes: () => Promise<DrawShapes>;
}

/**
 * Draws PNGs: resvg draws the shapes, and the image below them comes from the decoders that the model's input comes from. resvg reads no WebP, and
 * leaves out, without an error, whatever other image it cannot decode. Transparent parts of an image become white, as the model sees them.
 */
export function createPngRenderer({ decoders, loadShapes }: PngRendererOptions): RenderPng {
  return async ({ shapes, size, image }) => {
    const drawShapes = await loadShapes();
    const below = image === undefined ? undefined : await resizeImage(image, { decoders, target: size });
    // Nothing is awaited from here on, so that no two drawings are in memory together.
    const above = drawShapes(shapes);
    try {
      return below === undefined
        ? pngFile(size, "rgba", straightRows(above, size.width))
        : pngFile(size, "rgb", composedRows(above, below, size.width));
    } finally {
      free([above, ...(below === undefined ? [] : [below])]);
    }
  };
}
