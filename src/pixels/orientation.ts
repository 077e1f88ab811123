/** The order in which stored pixels are read so that they come in display order. All values are in pixels. */
export interface TraversalOrder {
  /** Index of the stored pixel that is displayed at the top left. */
  readonly first: number;
  /** Offset from a pixel to the pixel that is displayed to its right. */
  readonly columnStride: number;
  /** Offset from a pixel to the pixel that is displayed below it. */
  readonly rowStride: number;
}

/** Sides in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Traversal orders by EXIF orientation (EXIF 3.0, 4.6.5.1.6), which states the sides at which the first stored row and column are displayed. */
const TRAVERSAL_ORDERS: ReadonlyMap<number, (stored: Size) => TraversalOrder> = new Map([
  [2, ({ width }) => ({ first: width - 1, columnStride: -1, rowStride: width })],
  [3, ({ width, height }) => ({ first: width * height - 1, columnStride: -1, rowStride: -width })],
  [4, ({ width, height }) => ({ first: (height - 1) * width, columnStride: 1, rowStride: -width })],
  [5, ({ width }) => ({ first: 0, columnStride: width, rowStride: 1 })],
  [6, ({ width, height }) => ({ first: (height - 1) * width, columnStride: -width, rowStride: 1 })],
  [7, ({ width, height }) => ({ first: width * height - 1, columnStride: -width, rowStride: -1 })],
  [8, ({ width }) => ({ first: width - 1, columnStride: width, rowStride: -1 })],
]);

/** From this orientation on, stored rows are displayed as columns. */
const FIRST_TRANSPOSED = 5;

/** Returns the traversal order for an EXIF orientation: the stored order unless it is 2 to 8. `displayed` is the display size. */
export function traversalOrder(displayed: Size, orientation: number): TraversalOrder {
  const { width, height } = displayed;
  const stored = orientation >= FIRST_TRANSPOSED ? { width: height, height: width } : displayed;
  return TRAVERSAL_ORDERS.get(orientation)?.(stored) ?? { first: 0, columnStride: 1, rowStride: width };
}
