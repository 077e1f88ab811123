/** Bytes that a request body can be made of. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Returns an offset into `length` bytes: `place` is in ten-thousandths of the length. */
export function offsetOf(place: number, length: number): number {
  return Math.min(length, Math.floor((place * length) / 10_000));
}

/** Pseudo-random bytes (xorshift32): a property library's byte arrays are slow when they are long. */
export function noise(length: number, seed: number): Bytes {
  let state = seed | 1;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  });
}

/** Replaces the bytes from `start` to `end` with others. */
export function spliced(bytes: Uint8Array, start: number, end: number, others: Uint8Array): Bytes {
  const whole = new Uint8Array(start + others.length + Math.max(0, bytes.length - end));
  whole.set(bytes.subarray(0, start));
  whole.set(others, start);
  whole.set(bytes.subarray(end), start + others.length);
  return whole;
}

/** A number of 32 bits that depends on every byte (FNV-1a). */
export function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
