import type { Box } from "../contract/geometry.ts";
import type { LabelColours } from "./palette.ts";
import { escapeXml, roundLength } from "./xml.ts";

/** Text height as a part of the image's longer side: readable when the whole picture fills a screen. */
const TEXT_SHARE = 1 / 40;

/** At most this part of the shorter side, so that a label fits into a strip. */
const MAX_TEXT_SHARE = 1 / 4;

/** Height of a label's ground, and the room beside its text, as parts of the text's height. */
const GROUND_HEIGHT = 1.3;
const PADDING = 0.3;

/** Mean width of a letter as a part of the text's height, in the sans-serif fonts that viewers have. */
const LETTER_WIDTH = 0.62;

/** Letters from here on (Hangul, kana, Chinese, emoji) are as wide as they are high. */
const FIRST_WIDE_LETTER = 0x1100;

/** Pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Height of labels in the picture's pixels. */
export function textHeight({ width, height }: Size): number {
  return Math.min(Math.max(width, height) * TEXT_SHARE, Math.min(width, height) * MAX_TEXT_SHARE);
}

function letterWidth(letter: string): number {
  return (letter.codePointAt(0) ?? 0) < FIRST_WIDE_LETTER ? LETTER_WIDTH : 1;
}

function widthOf(letters: readonly string[]): number {
  return letters.reduce((sum, letter) => sum + letterWidth(letter), 0);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** As much of a label as fits, in text heights; what is cut off is shown as an ellipsis. */
function fitted(label: string, room: number): readonly string[] {
  const letters = Array.from(segmenter.segment(label), ({ segment }) => segment);
  if (widthOf(letters) <= room) return letters;
  let width = letterWidth("…");
  const end = letters.findIndex((letter) => (width += letterWidth(letter)) > room);
  return [...letters.slice(0, end), "…"];
}

function clamp(value: number, high: number): number {
  return Math.max(0, Math.min(value, high));
}

/** A label on a ground of its colour, above its box or, where there is no room, in it; never outside the picture. */
export function caption(
  label: string,
  box: Box,
  { size, colours }: { readonly size: Size; readonly colours: LabelColours },
): string {
  if (label === "") return "";
  const text = textHeight(size);
  const shown = fitted(label, size.width / text - 2 * PADDING);
  const width = (widthOf(shown) + 2 * PADDING) * text;
  const height = GROUND_HEIGHT * text;
  const left = clamp(box.x1, size.width - width);
  const top = clamp(box.y1 >= height ? box.y1 - height : box.y1, size.height - height);
  const ground = `<rect x="${roundLength(left)}" y="${roundLength(top)}" width="${roundLength(width)}" height="${roundLength(height)}" stroke="none"/>`;
  const place = `x="${roundLength(left + PADDING * text)}" y="${roundLength(top + text)}"`;
  return `${ground}<text ${place} fill="${colours.text}" stroke="none">${escapeXml(shown.join(""))}</text>`;
}
