/** Bytes that arrive in pieces, copied into one buffer. */
export interface ByteBuffer {
  /** Copies a piece, which is not retained. Returns false, and copies nothing, if there would be more than the limit. */
  append(piece: Uint8Array): boolean;
  /** All bytes. The buffer must not be used afterwards. */
  bytes(): Uint8Array<ArrayBuffer>;
}

/**
 * Creates a buffer of at most `maxBytes`. Its memory is the bytes that have arrived and at most as many again, since it grows by doubling;
 * the length that a sender declares (`expectedBytes`) only keeps it from growing beyond that length, so that nothing is allocated for bytes
 * that never arrive.
 */
export function createByteBuffer(maxBytes: number, expectedBytes = maxBytes): ByteBuffer {
  let buffer = new ArrayBuffer(0);
  let length = 0;
  const growTo = (needed: number): void => {
    const enough = needed <= expectedBytes ? Math.min(expectedBytes, maxBytes) : maxBytes;
    buffer = buffer.transfer(Math.max(needed, Math.min(2 * buffer.byteLength, enough)));
  };
  return {
    append: (piece) => {
      const needed = length + piece.byteLength;
      if (needed > maxBytes) return false;
      if (needed > buffer.byteLength) growTo(needed);
      new Uint8Array(buffer).set(piece, length);
      length = needed;
      return true;
    },
    bytes: () => new Uint8Array(length < buffer.byteLength ? buffer.transfer(length) : buffer),
  };
}
