/** The PNG signature, before the first chunk. */
export const SIGNATURE_BYTES = 8;

/** Length and type before a chunk's data, 4 bytes each. */
const CHUNK_HEADER_BYTES = 8;

const CHECKSUM_BYTES = 4;
const CHUNK_OVERHEAD_BYTES = CHUNK_HEADER_BYTES + CHECKSUM_BYTES;

/** Chunk types: their four letters as a big-endian number. */
export const CHUNK_TYPES = {
  ihdr: 0x49484452,
  plte: 0x504c5445,
  trns: 0x74524e53,
  exif: 0x65584966,
  idat: 0x49444154,
  iend: 0x49454e44,
} as const;

/** Where a chunk lies: offsets in the file of its length field, and after its checksum. */
export interface PngChunk {
  readonly type: number;
  readonly start: number;
  /** Beyond the end of the file if the chunk is truncated. */
  readonly end: number;
}

/** Yields the chunks from the one at offset `first`. The last one may be truncated in its data or checksum. */
export function* pngChunks(bytes: Uint8Array, first: number): Generator<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = first; start + CHUNK_HEADER_BYTES <= bytes.length;) {
    const end = start + CHUNK_OVERHEAD_BYTES + view.getUint32(start);
    yield { type: view.getUint32(start + 4), start, end };
    start = end;
  }
}

/** Returns the length of a chunk's data, as its length field states it. */
export function dataLength({ start, end }: PngChunk): number {
  return end - start - CHUNK_OVERHEAD_BYTES;
}

/** Returns a view of a chunk's data, or of what the file has of it. */
export function dataOf(bytes: Uint8Array, chunk: PngChunk): Uint8Array {
  return bytes.subarray(chunk.start + CHUNK_HEADER_BYTES, chunk.end - CHECKSUM_BYTES);
}
