import type { Answer } from "../contract/answers.ts";
import type { Box } from "../contract/geometry.ts";

type LocatedAnswer = Exclude<Answer, { type: "text" }>;
type LocatedObject = LocatedAnswer["objects"][number];

/** Strokes that stay apart from each other and from most photographs (Okabe–Ito, the colour-blind-safe set, without black). */
const PALETTE = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"] as const;

/** Text height as a part of the image's longer side: readable when the whole picture fills a screen. */
const TEXT_SHARE = 1 / 40;

/** Below this height in pixels a label is only noise. */
const MIN_TEXT_PIXELS = 8;

/** Mean width of a sans-serif letter as a part of its height; only the label's background depends on it. */
const LETTER_SHARE = 0.6;

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escape(text: string): string {
  return text.replace(/[&<>"]/gu, (character) => entities[character] ?? character);
}

function points(ring: readonly { readonly x: number; readonly y: number }[]): string {
  return ring.map(({ x, y }) => `${x},${y}`).join(" ");
}

function rectangle({ x1, y1, x2, y2 }: Box): string {
  return `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none"/>`;
}

/** An object's shape: the most exact one that it has. */
function shape(object: LocatedObject): string {
  if ("polygons" in object) {
    return object.polygons.map((ring) => `<polygon points="${points(ring)}" fill-opacity="0.35"/>`).join("");
  }
  if ("quad" in object) return `<polygon points="${points(object.quad)}" fill="none"/>`;
  return rectangle(object.box);
}

function caption({ label, box }: LocatedObject, textPixels: number): string {
  if (label === "") return "";
  const height = textPixels * 1.3;
  const width = (label.length + 1) * textPixels * LETTER_SHARE;
  const top = box.y1 >= height ? box.y1 - height : box.y1;
  const background = `<rect x="${box.x1}" y="${top}" width="${width}" height="${height}" stroke="none"/>`;
  const baseline = top + textPixels;
  const left = box.x1 + (textPixels * LETTER_SHARE) / 2;
  return `${background}<text x="${left}" y="${baseline}" fill="#000" stroke="none">${escape(label)}</text>`;
}

/**
 * An answer drawn over its picture, as one standalone SVG file in the source's pixels. The colour follows the label, so
 * that two cats look alike; a text answer draws nothing over the picture.
 */
export function overlaySvg(answer: Answer, picture: { readonly dataUri: string }): string {
  const { width, height } = answer.source;
  const objects: readonly LocatedObject[] = answer.type === "text" ? [] : answer.objects;
  const longer = Math.max(width, height);
  const textPixels = Math.max(MIN_TEXT_PIXELS, longer * TEXT_SHARE);
  const labels = [...new Set(objects.map(({ label }) => label))];
  const drawn = objects.map((object) => {
    const colour = PALETTE[labels.indexOf(object.label) % PALETTE.length];
    return `<g stroke="${colour}" fill="${colour}">${shape(object)}${caption(object, textPixels)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="sans-serif" font-size="${textPixels}" stroke-width="${Math.max(1, longer / 300)}">`,
    `<image href="${escape(picture.dataUri)}" width="${width}" height="${height}"/>`,
    ...drawn,
    "</svg>\n",
  ].join("\n");
}
