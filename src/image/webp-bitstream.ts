import { type Refusal, unsupported } from "./header.ts";

/** A chunk's type and length; its data are padded to an even length. */
export const CHUNK_HEADER_BYTES = 8;

/** Chunk types, their four letters as one number. */
const VP8 = 0x56503820;
const VP8L = 0x5650384c;

/** Types of chunks that are a picture: lossy and lossless. */
export const PICTURES: ReadonlySet<number> = new Set([VP8, VP8L]);

/** Place, sides, duration (3 bytes each), and flags (1): what stands before a frame's own chunks. */
const FRAME_HEADER_BYTES = 16;

/** Sides in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Whether the sides are the same. */
export function isSameSize(one: Size, other: Size | undefined): boolean {
  return one.width === other?.width && one.height === other.height;
}

/** The sides of a canvas or of a frame: three bytes each, less one. */
export function sidesAt(data: Uint8Array, start: number): Size {
  const side = (at: number): number => 1 + (data[at] ?? 0) + (data[at + 1] ?? 0) * 256 + (data[at + 2] ?? 0) * 65_536;
  return { width: side(start), height: side(start + 3) };
}

/** RFC 6386, 9.1: a key frame's tag (3 bytes, its lowest bit zero), its start code (3), and two sides of 14 bits with 2 for scaling. */
function lossySize(data: Uint8Array): Size | undefined {
  if (data.length < 10 || ((data[0] ?? 1) & 1) !== 0) return undefined;
  if (data[3] !== 0x9d || data[4] !== 0x01 || data[5] !== 0x2a) return undefined;
  const side = (at: number): number => (data[at] ?? 0) + ((data[at + 1] ?? 0) & 0x3f) * 256;
  const size = { width: side(6), height: side(8) };
  return size.width > 0 && size.height > 0 ? size : undefined;
}

/** RFC 9649, 3.4: a signature byte, two sides less one of 14 bits each, whether there is alpha (1), and the version (3), zero. */
function losslessSize(data: Uint8Array): Size | undefined {
  if (data.length < 5 || data[0] !== 0x2f) return undefined;
  const bits = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(1, true);
  const size = { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  return bits >>> 29 === 0 ? size : undefined;
}

/** The size that a chunk of these types names; `undefined` where it makes no sense. */
export function pictureSize(type: number, data: Uint8Array): Size | undefined {
  return type === VP8 ? lossySize(data) : losslessSize(data);
}

/** The size of a frame's picture, if the frame fills the canvas; `undefined` where it makes no sense. */
export function frameSize(data: Uint8Array, canvas: Size | undefined): Size | Refusal | undefined {
  if (data.length < FRAME_HEADER_BYTES) return undefined;
  const isAtCorner = data.subarray(0, 6).every((byte) => byte === 0);
  if (!isAtCorner || !isSameSize(sidesAt(data, 6), canvas)) {
    return unsupported("The WebP's first frame does not fill its canvas; send a picture that does not move.");
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = FRAME_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= data.length;) {
    const [type, length] = [view.getUint32(at), view.getUint32(at + 4, true)];
    const start = at + CHUNK_HEADER_BYTES;
    if (start + length > data.length) return undefined;
    if (PICTURES.has(type)) return pictureSize(type, data.subarray(start, start + length));
    at = start + length + (length % 2);
  }
  return undefined;
}
