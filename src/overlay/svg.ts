import type { Answer, LocatedAnswer } from "../contract/answers.ts";
import type { Box } from "../contract/geometry.ts";
import { caption, textHeight } from "./caption.ts";
import { assignColours } from "./palette.ts";
import { escapeXml, roundLength } from "./xml.ts";

type LocatedObject = LocatedAnswer["objects"][number];

/** A smaller picture is shown enlarged until its longer side has this many pixels, at which labels are 12 pixels high. */
const MIN_SHOWN_PIXELS = 480;

/** How many strokes side by side make the longer side. */
const STROKES = 300;

function points(ring: readonly { readonly x: number; readonly y: number }[]): string {
  return ring.map(({ x, y }) => `${x},${y}`).join(" ");
}

function rectangle({ x1, y1, x2, y2 }: Box): string {
  return `<rect x="${x1}" y="${y1}" width="${roundLength(x2 - x1)}" height="${roundLength(y2 - y1)}" fill="none"/>`;
}

/** An object's shape: the most exact one that it has. */
function shape(object: LocatedObject): string {
  if ("polygons" in object) {
    return object.polygons.map((ring) => `<polygon points="${points(ring)}" fill-opacity="0.35"/>`).join("");
  }
  if ("quad" in object) return `<polygon points="${points(object.quad)}" fill="none"/>`;
  return rectangle(object.box);
}

/** The root's start. Its title is what a screen reader says, and what a browser shows as the page's name. */
function opening(answer: Answer): string {
  const { width, height } = answer.source;
  const longer = Math.max(width, height);
  const scale = Math.max(1, MIN_SHOWN_PIXELS / longer);
  const title = answer.type === "text" ? answer.text : answer.task;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${roundLength(width * scale)}" height="${roundLength(height * scale)}"`,
    ` font-family="sans-serif" font-size="${roundLength(textHeight(answer.source))}" stroke-width="${roundLength(longer / STROKES)}" stroke-linejoin="round">`,
    `<title>${escapeXml(title)}</title>\n`,
  ].join("\n");
}

function shapes(answer: Answer): string {
  const objects: readonly LocatedObject[] = answer.type === "text" ? [] : answer.objects;
  const coloursOf = assignColours(objects.map(({ label }) => label));
  const drawn = objects.map((object) => {
    const colours = coloursOf(object.label);
    const name = object.label === "" ? "" : `<title>${escapeXml(object.label)}</title>`;
    const written = caption(object.label, object.box, { size: answer.source, colours });
    return `<g stroke="${colours.fill}" fill="${colours.fill}">${name}${shape(object)}${written}</g>\n`;
  });
  return drawn.join("");
}

/**
 * An answer drawn in the source's pixels, as one standalone SVG file in pieces: over its picture, whose data URI comes in pieces too, or by
 * itself. The colour follows the label, so that two cats look alike; a text answer draws nothing over the picture.
 */
export function* overlayPieces(answer: Answer, dataUri?: Iterable<string>): Generator<string, void, void> {
  const { width, height } = answer.source;
  yield opening(answer);
  if (dataUri !== undefined) {
    yield '<image href="';
    yield* dataUri;
    yield `" width="${width}" height="${height}"/>\n`;
  }
  yield shapes(answer);
  yield "</svg>\n";
}

/** `overlayPieces` in one text. */
export function overlaySvg(answer: Answer, picture?: { readonly dataUri: string }): string {
  return [...overlayPieces(answer, picture && [escapeXml(picture.dataUri)])].join("");
}
