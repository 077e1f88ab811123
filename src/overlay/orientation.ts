/** Sides in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** SVG transforms from stored to displayed pixels, by EXIF orientation (EXIF 3.0, 4.6.5.1.6), for a display size. */
const TRANSFORMS = new Map<number, (displayed: Size) => string>([
  [2, ({ width }) => `matrix(-1 0 0 1 ${width} 0)`],
  [3, ({ width, height }) => `matrix(-1 0 0 -1 ${width} ${height})`],
  [4, ({ height }) => `matrix(1 0 0 -1 0 ${height})`],
  [5, () => "matrix(0 1 1 0 0 0)"],
  [6, ({ width }) => `matrix(0 1 -1 0 ${width} 0)`],
  [7, ({ width, height }) => `matrix(0 -1 -1 0 ${width} ${height})`],
  [8, ({ height }) => `matrix(0 -1 1 0 0 ${height})`],
]);

/** From this orientation on, stored rows are displayed as columns. */
const FIRST_TRANSPOSED = 5;

/**
 * The attributes of an `<image>` of stored pixels that cover the display size. A transform, and not `image-orientation`, because only browsers
 * rotate by EXIF themselves, and other renderers ignore that property.
 */
export function storedImagePlacement(displayed: Size, orientation = 1): string {
  const { width, height } = displayed;
  const transform = TRANSFORMS.get(orientation)?.(displayed);
  if (transform === undefined) return `width="${width}" height="${height}"`;
  const [across, down] = orientation >= FIRST_TRANSPOSED ? [height, width] : [width, height];
  return `width="${across}" height="${down}" transform="${transform}"`;
}
