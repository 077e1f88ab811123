const FILE_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;

/** Chunk types: their four letters as a big-endian number. */
const VP8 = 0x56503820;
const VP8L = 0x5650384c;
const VP8X = 0x56503858;
const ALPH = 0x414c5048;
const ANMF = 0x414e4d46;

/** Flag bits in the first byte of VP8X (RFC 9649, 2.7.1). */
const IS_ANIMATED = 0x02;
const HAS_ALPHA = 0x10;
const VP8X_BYTES = 10;

/** Position, size, duration and flags, which precede a frame's own chunks (RFC 9649, 2.7.1.1). */
const FRAME_HEADER_BYTES = 16;

interface Chunk {
  readonly type: number;
  /** The chunk with its header and padding. */
  readonly whole: Uint8Array;
  readonly data: Uint8Array;
}

/** Yields the chunks from `start` to the end of `bytes`. They are complete, because the header check has passed. */
function* chunksOf(bytes: Uint8Array, start: number): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = start; at + CHUNK_HEADER_BYTES <= bytes.length;) {
    const data = at + CHUNK_HEADER_BYTES;
    const length = view.getUint32(at + 4, true);
    const end = data + length + (length % 2);
    yield { type: view.getUint32(at), whole: bytes.subarray(at, end), data: bytes.subarray(data, data + length) };
    at = end;
  }
}

/**
 * Returns the first frame of an animation as a file of its own, because the decoder does not support animations; any other file is
 * returned unchanged. The header check must have passed: the frame fills the canvas.
 */
export function stillWebp(bytes: Uint8Array): Uint8Array {
  const [header, ...others] = chunksOf(bytes, FILE_HEADER_BYTES);
  if (header?.type !== VP8X || ((header.data[0] ?? 0) & IS_ANIMATED) === 0) return bytes;
  const frame = others.find(({ type }) => type === ANMF)?.data ?? new Uint8Array();
  const parts = [...chunksOf(frame, FRAME_HEADER_BYTES)].filter(({ type }) => [ALPH, VP8, VP8L].includes(type));
  const flags = Uint8Array.of(parts.some(({ type }) => type === ALPH) ? HAS_ALPHA : 0);
  const still = header.whole.slice(0, CHUNK_HEADER_BYTES + VP8X_BYTES);
  still.set(flags, CHUNK_HEADER_BYTES);
  return webpFile([still, ...parts.map(({ whole }) => whole)]);
}

function webpFile(chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, FILE_HEADER_BYTES);
  const file = new Uint8Array(length);
  file.set(new TextEncoder().encode("RIFF    WEBP"));
  new DataView(file.buffer).setUint32(4, length - CHUNK_HEADER_BYTES, true);
  let at = FILE_HEADER_BYTES;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  return file;
}
