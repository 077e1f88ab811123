import { CodecError } from "./codec-failure.ts";

/** Maximum number of dimensions of a tensor: NumPy's limit. */
export const MAX_DIMENSIONS = 64;

/** Maximum number of elements of a tensor: servers parse sizes as signed 32-bit integers. */
export const MAX_ELEMENTS = 2 ** 31 - 1;

function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

/** Number of elements of a shape: the product of its sizes, 1 for `[]`. Throws `CodecError` for an invalid size or too large a product. */
export function elementCount(shape: readonly number[], where: string): number {
  const count = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
  if (shape.length > MAX_DIMENSIONS || !shape.every(isSize) || count > MAX_ELEMENTS) {
    throw new CodecError("shape", where);
  }
  return count;
}
