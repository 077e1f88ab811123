import { crc32 } from "../bytes/crc32.ts";

/** Returns whether the checksum of a whole chunk, [start, end), matches its type and data (PNG specification, annex D). */
export function hasRightChecksum(bytes: Uint8Array, { start, end }: { readonly start: number; readonly end: number }) {
  const checksum = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(end - 4);
  return crc32(bytes.subarray(start + 4, end - 4)) === checksum;
}
