const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** Returns whether the checksum of a whole chunk, [start, end), matches its type and data (PNG specification, annex D). */
export function hasRightChecksum(bytes: Uint8Array, { start, end }: { readonly start: number; readonly end: number }) {
  const checksum = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(end - 4);
  return crc32(bytes.subarray(start + 4, end - 4)) === checksum;
}

/** CRC-32 of the PNG specification, annex D. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
