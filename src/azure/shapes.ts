/** A box in whole pixels. */
export interface BoundingBox {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A point in whole pixels. */
export interface ImagePoint {
  readonly x: number;
  readonly y: number;
}

/** A pair of corners in pixels, as our boxes have it. */
interface Corners {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** A point on whole pixels. Corners of a quad may lie a little outside of the image; the shape allows no negative number. */
export function wholePoint({ x, y }: ImagePoint): ImagePoint {
  return { x: Math.max(0, Math.round(x)), y: Math.max(0, Math.round(y)) };
}

/** A box on whole pixels: its corners are rounded, so that boxes which touch still do. */
export function boundingBox({ x1, y1, x2, y2 }: Corners): BoundingBox {
  const [from, to] = [wholePoint({ x: x1, y: y1 }), wholePoint({ x: x2, y: y2 })];
  return { ...from, w: Math.max(0, to.x - from.x), h: Math.max(0, to.y - from.y) };
}
