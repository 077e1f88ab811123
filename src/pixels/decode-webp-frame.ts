const FILE_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;

/** Chunk types, their four letters as one number. */
const VP8 = 0x56503820;
const VP8L = 0x5650384c;
const VP8X = 0x56503858;
const ALPH = 0x414c5048;
const ANMF = 0x414e4d46;

/** Bits of the first byte of VP8X (RFC 9649, 2.7.1). */
const IS_ANIMATED = 0x02;
const HAS_ALPHA = 0x10;
const VP8X_BYTES = 10;

/** Place, size, duration and flags before a frame's own chunks (RFC 9649, 2.7.1.1). */
const FRAME_HEADER_BYTES = 16;

interface Chunk {
  readonly type: number;
  /** With its header and padding. */
  readonly whole: Uint8Array;
  readonly data: Uint8Array;
}

/** The chunks between two places. They are whole: the header was read. */
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
 * The first frame of an animation whose header was read as a file of its own, since the decoder takes no animation; any other file as it is.
 * The frame fills the canvas.
 */
export function stillWebp(bytes: Uint8Array): Uint8Array {
  const [canvas, ...others] = chunksOf(bytes, FILE_HEADER_BYTES);
  if (canvas?.type !== VP8X || ((canvas.data[0] ?? 0) & IS_ANIMATED) === 0) return bytes;
  const frame = others.find(({ type }) => type === ANMF)?.data ?? new Uint8Array();
  const parts = [...chunksOf(frame, FRAME_HEADER_BYTES)].filter(({ type }) => [ALPH, VP8, VP8L].includes(type));
  const flags = Uint8Array.of(parts.some(({ type }) => type === ALPH) ? HAS_ALPHA : 0);
  const still = canvas.whole.slice(0, CHUNK_HEADER_BYTES + VP8X_BYTES);
  still.set(flags, CHUNK_HEADER_BYTES);
  return fileOf([still, ...parts.map(({ whole }) => whole)]);
}

function fileOf(chunks: readonly Uint8Array[]): Uint8Array {
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
