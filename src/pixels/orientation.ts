/** How a picture as stored is walked over so that it comes as it is seen; all in pixels. */
export interface TraversalOrder {
  /** Index of the pixel that is seen first. */
  readonly first: number;
  /** From a pixel to the one that is seen on its right. */
  readonly across: number;
  /** From a pixel to the one that is seen below it. */
  readonly down: number;
}

/** Sides in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** By EXIF's number (EXIF 3.0, 4.6.5.1.6), for a picture of the stored size: what its first row and column are seen as. */
const WALKS: ReadonlyMap<number, (stored: Size) => TraversalOrder> = new Map([
  [2, ({ width }) => ({ first: width - 1, across: -1, down: width })],
  [3, ({ width, height }) => ({ first: width * height - 1, across: -1, down: -width })],
  [4, ({ width, height }) => ({ first: (height - 1) * width, across: 1, down: -width })],
  [5, ({ width }) => ({ first: 0, across: width, down: 1 })],
  [6, ({ width, height }) => ({ first: (height - 1) * width, across: -width, down: 1 })],
  [7, ({ width, height }) => ({ first: width * height - 1, across: -width, down: -1 })],
  [8, ({ width }) => ({ first: width - 1, across: width, down: -1 })],
]);

/** From here on, rows are seen as columns. */
const FIRST_TRANSPOSED = 5;

/** `seen` is the size as a viewer shows the picture; any other `orientation` than 2 to 8 leaves it as it is stored. */
export function traversalOrder(seen: Size, orientation: number): TraversalOrder {
  const { width, height } = seen;
  const stored = orientation >= FIRST_TRANSPOSED ? { width: height, height: width } : seen;
  return WALKS.get(orientation)?.(stored) ?? { first: 0, across: 1, down: width };
}
