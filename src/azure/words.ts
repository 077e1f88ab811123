import { type ImagePoint, wholePoint } from "./shapes.ts";

/** Four corners: top left, top right, bottom right, bottom left, as the model writes them. */
export type Quad = readonly ImagePoint[];

/** A word of a line. */
export interface Word {
  readonly text: string;
  readonly boundingPolygon: readonly ImagePoint[];
  readonly confidence: number;
}

const NOWHERE: ImagePoint = { x: 0, y: 0 };

/** The point at a share of the way from one to another. */
function between(from: ImagePoint, to: ImagePoint, share: number): ImagePoint {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

/** The part of a quad between two shares of its length, along its upper and its lower edge. */
function slice(
  [topLeft = NOWHERE, topRight = NOWHERE, bottomRight = NOWHERE, bottomLeft = NOWHERE]: Quad,
  from: number,
  to: number,
) {
  return [
    between(topLeft, topRight, from),
    between(topLeft, topRight, to),
    between(bottomLeft, bottomRight, to),
    between(bottomLeft, bottomRight, from),
  ].map(wholePoint);
}

/**
 * Splits a line into its words. Florence-2 has no places of words: each gets the part of the line's quad that its letters take, as if all letters were equally
 * wide, and the score of the line.
 */
export function wordsOf(text: string, quad: Quad, confidence: number): readonly Word[] {
  const { length } = text;
  return [...text.matchAll(/\S+/gu)].map(({ 0: word, index }) => ({
    text: word,
    boundingPolygon: slice(quad, index / length, (index + word.length) / length),
    confidence,
  }));
}
