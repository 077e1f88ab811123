import { CodecError } from "./codec-failure.ts";

/** Most dimensions of a tensor: as many as NumPy has. */
export const MAX_DIMENSIONS = 64;

/** Most elements of a tensor: servers read sizes as signed 32-bit numbers. */
export const MAX_ELEMENTS = 2 ** 31 - 1;

function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

/** Elements of a shape: the product of its sizes, 1 for `[]`. Throws `CodecError` where a size is none or the product is too large. */
export function elementCount(shape: readonly number[], where: string): number {
  const count = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
  if (shape.length > MAX_DIMENSIONS || !shape.every(isSize) || count > MAX_ELEMENTS) {
    throw new CodecError("shape", where);
  }
  return count;
}
