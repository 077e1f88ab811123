import type { Answer, LocatedAnswer } from "../contract/answers.ts";
import type { Box } from "../contract/geometry.ts";
import { caption, textHeight } from "./caption.ts";
import { storedImagePlacement } from "./orientation.ts";
import { assignColours } from "./palette.ts";
import { escapeXml, roundLength } from "./xml.ts";

type LocatedObject = LocatedAnswer["objects"][number];

/** A smaller image is enlarged until its longer side is displayed with this many pixels: labels are then 12 pixels high. */
const MIN_DISPLAYED_PIXELS = 480;

/** The longer side divided by the stroke width. */
const STROKES_PER_SIDE = 300;

function points(ring: readonly { readonly x: number; readonly y: number }[]): string {
  return ring.map(({ x, y }) => `${x},${y}`).join(" ");
}

function rectangle({ x1, y1, x2, y2 }: Box): string {
  return `<rect x="${x1}" y="${y1}" width="${roundLength(x2 - x1)}" height="${roundLength(y2 - y1)}" fill="none"/>`;
}

/** An object's polygons, else its quad, else its box. */
function shape(object: LocatedObject): string {
  if ("polygons" in object) {
    return object.polygons.map((ring) => `<polygon points="${points(ring)}" fill-opacity="0.35"/>`).join("");
  }
  if ("quad" in object) return `<polygon points="${points(object.quad)}" fill="none"/>`;
  return rectangle(object.box);
}

/** Sides in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size at which a drawing of an image is displayed: that of the image, or larger. */
export function displaySize({ width, height }: Size): Size {
  const scale = Math.max(1, MIN_DISPLAYED_PIXELS / Math.max(width, height));
  return { width: width * scale, height: height * scale };
}

/** The root element's start tag and title. A screen reader announces the title, and a browser shows it as the page's name. */
function opening(answer: Answer, size: Size): string {
  const { width, height } = answer.source;
  const longer = Math.max(width, height);
  const title = answer.type === "text" ? answer.text : answer.task;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${width} ${height}" width="${roundLength(size.width)}" height="${roundLength(size.height)}"`,
    ` font-family="sans-serif" font-size="${roundLength(textHeight(answer.source))}" stroke-width="${roundLength(longer / STROKES_PER_SIDE)}" stroke-linejoin="round">`,
    `<title>${escapeXml(title)}</title>\n`,
  ].join("\n");
}

function shapes(answer: Answer): string {
  const objects: readonly LocatedObject[] = answer.type === "text" ? [] : answer.objects;
  const coloursOf = assignColours(objects.map(({ label }) => label));
  const groups = objects.map((object) => {
    const colours = coloursOf(object.label);
    const title = object.label === "" ? "" : `<title>${escapeXml(object.label)}</title>`;
    const label = caption(object.label, object.box, { size: answer.source, colours });
    return `<g stroke="${colours.fill}" fill="${colours.fill}">${title}${shape(object)}${label}</g>\n`;
  });
  return groups.join("");
}

/** The image below the shapes. */
export interface EmbeddedImage {
  /** Chunks of a data URI of a file without metadata: a viewer must not rotate it once more. Escaped for an attribute. */
  readonly dataUri: Iterable<string>;
  /** EXIF orientation of the stored pixels, 2 to 8; left out if they are stored as displayed. */
  readonly orientation?: number | undefined;
}

/** What a drawing contains besides the shapes. */
export interface DrawingOptions {
  readonly image?: EmbeddedImage | undefined;
  /** The size at which it is displayed, in pixels; `displaySize` of the source by default. */
  readonly size?: Size;
}

/**
 * Renders an answer in source pixels as one standalone SVG file, in chunks, over its image or without it. Equal labels have equal colours. A
 * text answer draws nothing over the image.
 */
export function* overlayChunks(answer: Answer, { image, size }: DrawingOptions = {}): Generator<string, void, void> {
  yield opening(answer, size ?? displaySize(answer.source));
  if (image !== undefined) {
    // Not SVG 2's `href`: Inkscape 1.2 knows only this name, and every browser knows both.
    yield '<image xlink:href="';
    yield* image.dataUri;
    yield `" ${storedImagePlacement(answer.source, image.orientation)}/>\n`;
  }
  yield shapes(answer);
  yield "</svg>\n";
}

/** `overlayChunks` as one string. */
export function overlaySvg(answer: Answer, options?: DrawingOptions): string {
  return [...overlayChunks(answer, options)].join("");
}
