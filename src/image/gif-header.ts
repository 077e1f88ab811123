import { corrupt, type Refusal, type SniffResult } from "./header.ts";

/** "GIF89a", and the logical screen descriptor: width, height (2 bytes each, little-endian), flags, background, aspect ratio. */
const SCREEN_BYTES = 13;
/** Image descriptor: left, top, width, height (2 bytes each), flags. */
const FRAME_BYTES = 9;
/** Bit 7 of the flags: a colour table follows, of 2^(n + 1) colours, where n is bits 0 to 2. */
const HAS_COLOUR_TABLE = 0x80;

const EXTENSION = 0x21;
const FRAME = 0x2c;
const TRAILER = 0x3b;

const TRUNCATED = corrupt("The GIF ends before its trailer: only a part of the file is here.");

/** The fields used of a frame. */
interface Frame {
  readonly pixels: number;
  /** Column and row after its last, on the screen. */
  readonly right: number;
  readonly bottom: number;
  readonly hasColourTable: boolean;
  /** Index of the image data: the minimum code size, then sub-blocks, each after its length byte, up to an empty one. */
  readonly data: number;
}

/**
 * Reads the header of a GIF; `bytes` start with the signature. Never throws, never reads past the end, linear in the file's length.
 *
 * The image is the first frame on the logical screen: what a viewer shows before an animation starts. All blocks up to
 * the trailer are read; bytes after it are ignored.
 */
export function readGifHeader(bytes: Uint8Array): SniffResult {
  if (bytes.length < SCREEN_BYTES) return TRUNCATED;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let first: Frame | undefined;
  for (let at = SCREEN_BYTES + colourTableBytes(view.getUint8(10)); bytes[at] !== TRAILER;) {
    if (at >= bytes.length) return TRUNCATED;
    const frame = bytes[at] === FRAME ? frameAt(view, at + 1) : undefined;
    if (bytes[at] === FRAME && frame === undefined) return TRUNCATED;
    if (bytes[at] !== FRAME && bytes[at] !== EXTENSION) return corrupt("The GIF has a block of an unknown kind.");
    first ??= frame;
    const end = subBlocksEnd(bytes, frame === undefined ? at + 2 : frame.data + 1);
    if (end === undefined) return TRUNCATED;
    at = end;
  }
  return refusalOf(first, view) ?? { format: "gif", width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function colourTableBytes(flags: number): number {
  return (flags & HAS_COLOUR_TABLE) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function frameAt(view: DataView, at: number): Frame | undefined {
  if (at + FRAME_BYTES >= view.byteLength) return undefined;
  const [left = 0, top = 0, width = 0, height = 0] = [0, 2, 4, 6].map((offset) => view.getUint16(at + offset, true));
  const flags = view.getUint8(at + 8);
  return {
    pixels: width * height,
    right: left + width,
    bottom: top + height,
    hasColourTable: (flags & HAS_COLOUR_TABLE) !== 0,
    data: at + FRAME_BYTES + colourTableBytes(flags),
  };
}

/** Returns the index after a chain of sub-blocks and the empty one that ends it. */
function subBlocksEnd(bytes: Uint8Array, start: number): number | undefined {
  for (let at = start; at < bytes.length;) {
    const length = bytes[at] ?? 0;
    at += 1 + length;
    if (length === 0) return at;
  }
  return undefined;
}

function refusalOf(frame: Frame | undefined, screen: DataView): Refusal | undefined {
  if (frame === undefined || frame.pixels === 0) return corrupt("The GIF contains no image.");
  const hasColourTable = frame.hasColourTable || (screen.getUint8(10) & HAS_COLOUR_TABLE) !== 0;
  if (!hasColourTable) return corrupt("The GIF has no colours.");
  const isInside = frame.right <= screen.getUint16(6, true) && frame.bottom <= screen.getUint16(8, true);
  return isInside ? undefined : corrupt("The GIF's first frame reaches beyond its screen.");
}
