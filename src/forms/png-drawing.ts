import type { Answer } from "../contract/answers.ts";
import type { PngDrawing } from "../contract/forms.ts";
import { Problem } from "../contract/problems.ts";
import type { EncodedImage } from "../inference/backend.ts";
import { displaySize, overlaySvg, type Size } from "../overlay/svg.ts";

/**
 * Maximum number of pixels of a PNG drawing. A larger image is drawn smaller: a screen shows no more, and a pixel takes 8 bytes of resvg's memory
 * and up to 16 of buffers. It is the limit for images in a deployment (`MAX_IMAGE_PIXELS`), which so draws every image in its own pixels.
 */
export const MAX_DRAWING_PIXELS = 2_000_000;

/** What is drawn as a PNG. */
export interface PngSource {
  /** The shapes as an SVG file of `size` without an image. */
  readonly shapes: string;
  /** Sides in whole pixels. */
  readonly size: Size;
  /** The image below the shapes; without it, the drawing is transparent. */
  readonly image: EncodedImage | undefined;
}

/** Draws shapes over an image and returns a PNG file. Rejects with `Problem` `image-corrupt`. */
export type RenderPng = (source: PngSource) => Promise<Uint8Array<ArrayBuffer>>;

/** Returns the renderer of a server that draws PNGs. Throws `Problem` `png-unavailable` otherwise. */
export function requirePng(renderPng: RenderPng | undefined): RenderPng {
  if (renderPng !== undefined) return renderPng;
  throw new Problem("png-unavailable", "This server has no memory to spare for drawing PNGs.");
}

/** The size of a PNG drawing of an image: its display size, within `MAX_DRAWING_PIXELS`. */
export function pngSize(image: Size): Size {
  const { width, height } = displaySize(image);
  const scale = Math.min(1, Math.sqrt(MAX_DRAWING_PIXELS / (width * height)));
  const round = scale === 1 ? Math.round : Math.floor;
  return { width: Math.max(1, round(width * scale)), height: Math.max(1, round(height * scale)) };
}

/** Renders an answer as PNG, over its image or without it. Nothing is drawn until the file is needed. */
export function pngDrawing(answer: Answer, image: EncodedImage | undefined, renderPng: RenderPng): PngDrawing {
  const size = pngSize(answer.source);
  const shapes = overlaySvg(answer, { size });
  return {
    type: "drawing",
    mediaType: "image/png",
    render: () => renderPng({ shapes, size, image }),
    fingerprint: `${image?.digest ?? ""}${shapes}`,
  };
}
