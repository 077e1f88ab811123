import type { Box } from "../contract/geometry.ts";
import type { LabelColours } from "./palette.ts";
import { escapeXml, roundLength } from "./xml.ts";

/** Text height as a fraction of the image's longer side: readable when the whole image fills a screen. */
const TEXT_SHARE = 1 / 40;

/** Maximum text height as a fraction of the shorter side, so that a label fits into a narrow image. */
const MAX_TEXT_SHARE = 1 / 4;

/** Height of a label's background, and padding beside its text, as fractions of the text height. */
const BACKGROUND_HEIGHT = 1.3;
const PADDING = 0.3;

/** Mean width of a character as a fraction of the text height, in the sans-serif fonts that viewers have. */
const CHARACTER_WIDTH = 0.62;

/** Characters from this code point on (Hangul, kana, Chinese, emoji) are as wide as they are high. */
const FIRST_WIDE_CHARACTER = 0x1100;

/** Size in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Text height of labels in image pixels. */
export function textHeight({ width, height }: Size): number {
  return Math.min(Math.max(width, height) * TEXT_SHARE, Math.min(width, height) * MAX_TEXT_SHARE);
}

function characterWidth(character: string): number {
  return (character.codePointAt(0) ?? 0) < FIRST_WIDE_CHARACTER ? CHARACTER_WIDTH : 1;
}

function widthOf(characters: readonly string[]): number {
  return characters.reduce((sum, character) => sum + characterWidth(character), 0);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The graphemes of a label that fit into `maxWidth`, in text heights. A truncated label ends in an ellipsis. */
function truncate(label: string, maxWidth: number): readonly string[] {
  const characters = Array.from(segmenter.segment(label), ({ segment }) => segment);
  if (widthOf(characters) <= maxWidth) return characters;
  let width = characterWidth("…");
  const end = characters.findIndex((character) => (width += characterWidth(character)) > maxWidth);
  return [...characters.slice(0, end), "…"];
}

function clamp(value: number, high: number): number {
  return Math.max(0, Math.min(value, high));
}

/** A label on a background of its colour: above its box, or inside the box if there is no space above. Never outside the image. */
export function caption(
  label: string,
  box: Box,
  { size, colours }: { readonly size: Size; readonly colours: LabelColours },
): string {
  if (label === "") return "";
  const text = textHeight(size);
  const shown = truncate(label, size.width / text - 2 * PADDING);
  const width = (widthOf(shown) + 2 * PADDING) * text;
  const height = BACKGROUND_HEIGHT * text;
  const left = clamp(box.x1, size.width - width);
  const top = clamp(box.y1 >= height ? box.y1 - height : box.y1, size.height - height);
  const background = `<rect x="${roundLength(left)}" y="${roundLength(top)}" width="${roundLength(width)}" height="${roundLength(height)}" stroke="none"/>`;
  const position = `x="${roundLength(left + PADDING * text)}" y="${roundLength(top + text)}"`;
  return `${background}<text ${position} fill="${colours.text}" stroke="none">${escapeXml(shown.join(""))}</text>`;
}
