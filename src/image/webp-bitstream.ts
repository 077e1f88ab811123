import { type Refusal, unsupported } from "./header.ts";

/** Type and length of a chunk, 4 bytes each; its data is padded to an even length. */
export const CHUNK_HEADER_BYTES = 8;

/** Chunk types: their four letters as one number. */
const VP8 = 0x56503820;
const VP8L = 0x5650384c;

/** Types of the chunks that hold an image: lossy and lossless bitstreams. */
export const BITSTREAMS: ReadonlySet<number> = new Set([VP8, VP8L]);

/** Position (3 bytes each for x and y), width, height, duration (3 each), and flags (1), before a frame's own chunks. */
const FRAME_HEADER_BYTES = 16;

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Returns whether both sizes are equal; `false` for `undefined`. */
export function isSameSize(one: Size, other: Size | undefined): boolean {
  return one.width === other?.width && one.height === other.height;
}

/** Reads the size of a canvas or a frame: width and height minus one, three bytes each. */
export function sizeAt(data: Uint8Array, start: number): Size {
  const side = (at: number): number => 1 + (data[at] ?? 0) + (data[at + 1] ?? 0) * 256 + (data[at + 2] ?? 0) * 65_536;
  return { width: side(start), height: side(start + 3) };
}

/**
 * Reads the header of a key frame (RFC 6386, 9.1): tag (3 bytes, lowest bit zero), start code (3), width and height of 14 bits, each with 2
 * bits for scaling.
 */
function lossySize(data: Uint8Array): Size | undefined {
  if (data.length < 10 || ((data[0] ?? 1) & 1) !== 0) return undefined;
  if (data[3] !== 0x9d || data[4] !== 0x01 || data[5] !== 0x2a) return undefined;
  const side = (at: number): number => (data[at] ?? 0) + ((data[at + 1] ?? 0) & 0x3f) * 256;
  const size = { width: side(6), height: side(8) };
  return size.width > 0 && size.height > 0 ? size : undefined;
}

/**
 * Reads the header of RFC 9649, 3.4: a signature byte, width and height minus one (14 bits each), an alpha flag (1), and the version (3),
 * which is zero.
 */
function losslessSize(data: Uint8Array): Size | undefined {
  if (data.length < 5 || data[0] !== 0x2f) return undefined;
  const bits = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(1, true);
  const size = { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  return bits >>> 29 === 0 ? size : undefined;
}

/** Reads the size from a chunk of a type in `BITSTREAMS`; `undefined` if its header is invalid. */
export function bitstreamSize(type: number, data: Uint8Array): Size | undefined {
  return type === VP8 ? lossySize(data) : losslessSize(data);
}

/** Reads the size of a frame's bitstream. Refuses a frame that does not fill the canvas; `undefined` if the frame is invalid. */
export function frameSize(data: Uint8Array, canvas: Size | undefined): Size | Refusal | undefined {
  if (data.length < FRAME_HEADER_BYTES) return undefined;
  const isAtOrigin = data.subarray(0, 6).every((byte) => byte === 0);
  if (!isAtOrigin || !isSameSize(sizeAt(data, 6), canvas)) {
    return unsupported("The WebP's first frame does not fill its canvas; send a still image.");
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = FRAME_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= data.length;) {
    const [type, length] = [view.getUint32(at), view.getUint32(at + 4, true)];
    const start = at + CHUNK_HEADER_BYTES;
    if (start + length > data.length) return undefined;
    if (BITSTREAMS.has(type)) return bitstreamSize(type, data.subarray(start, start + length));
    at = start + length + (length % 2);
  }
  return undefined;
}
