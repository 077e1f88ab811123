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

/** Position, size, duration and flags, which precede a frame's own chunks (RFC 9649, 2.7.1.1). */
const FRAME_HEADER_BYTES = 16;

interface Chunk {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Yields the complete chunks from `start` to the end of `bytes`. */
function* chunksOf(bytes: Uint8Array, start: number): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = start; at + CHUNK_HEADER_BYTES <= bytes.length;) {
    const data = at + CHUNK_HEADER_BYTES;
    const length = view.getUint32(at + 4, true);
    if (data + length > bytes.length) return;
    yield { type: view.getUint32(at), data: bytes.subarray(data, data + length) };
    at = data + length + (length % 2);
  }
}

/** Chunks that determine the image of a frame. */
const FRAME_CHUNKS: ReadonlySet<number> = new Set([ALPH, VP8, VP8L]);

/**
 * Returns the image as a still file of its own if the decoder does not accept the file as it is: the first frame of an animation, and the
 * image of a file that ends after it but before the end that its header declares. Any other file is returned unchanged. The header check
 * must have passed: the frame fills the canvas.
 */
export function stillWebp(bytes: Uint8Array): Uint8Array {
  const [header, ...others] = chunksOf(bytes, FILE_HEADER_BYTES);
  const canvas = header?.type === VP8X ? header.data : undefined;
  const isAnimated = ((canvas?.[0] ?? 0) & IS_ANIMATED) !== 0;
  if (!isAnimated && !isTruncated(bytes)) return bytes;
  const frame = others.find(({ type }) => type === ANMF)?.data ?? new Uint8Array();
  const chunks = isAnimated ? chunksOf(frame, FRAME_HEADER_BYTES) : chunksOf(bytes, FILE_HEADER_BYTES);
  const parts = [...chunks].filter(({ type }) => FRAME_CHUNKS.has(type));
  return webpFile(canvas === undefined ? parts : [stillHeader(canvas, parts), ...parts]);
}

function isTruncated(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return CHUNK_HEADER_BYTES + view.getUint32(4, true) > bytes.length;
}

/** Returns the VP8X chunk of a still image with the same canvas. Its only flag is the alpha channel, if there is a chunk with it. */
function stillHeader(canvas: Uint8Array, parts: readonly Chunk[]): Chunk {
  const data = canvas.slice();
  data[0] = parts.some(({ type }) => type === ALPH) ? HAS_ALPHA : 0;
  return { type: VP8X, data };
}

function webpFile(chunks: readonly Chunk[]): Uint8Array {
  const length = chunks.reduce((sum, { data }) => sum + CHUNK_HEADER_BYTES + paddedLength(data), FILE_HEADER_BYTES);
  const file = new Uint8Array(length);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode("RIFF    WEBP"));
  view.setUint32(4, length - CHUNK_HEADER_BYTES, true);
  let at = FILE_HEADER_BYTES;
  for (const { type, data } of chunks) {
    view.setUint32(at, type);
    view.setUint32(at + 4, data.length, true);
    file.set(data, at + CHUNK_HEADER_BYTES);
    at += CHUNK_HEADER_BYTES + paddedLength(data);
  }
  return file;
}

function paddedLength({ length }: Uint8Array): number {
  return length + (length % 2);
}
