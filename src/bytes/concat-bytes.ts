/** Concatenates arrays in order. Returns a single array itself, without a copy. */
export function concatBytes(arrays: readonly Uint8Array[]): Uint8Array {
  const [only] = arrays;
  if (only !== undefined && arrays.length === 1) return only;
  const result = new Uint8Array(arrays.reduce((sum, array) => sum + array.byteLength, 0));
  let offset = 0;
  for (const array of arrays) {
    result.set(array, offset);
    offset += array.byteLength;
  }
  return result;
}
