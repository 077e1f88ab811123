import { corrupt, type Refusal } from "./header.ts";

/** "GIF89a" and the logical screen descriptor: width, height (2 bytes each, little-endian), flags, background, aspect ratio. */
const SCREEN_BYTES = 13;
const SCREEN_FLAGS = 10;
/** Image descriptor without its separator: left, top, width, height (2 bytes each), flags. */
const DESCRIPTOR_BYTES = 9;

/** Flags of the screen and of a frame: a colour table follows, of 2^(n + 1) colours, where n is bits 0 to 2. */
const HAS_COLOUR_TABLE = 0x80;
/** Flag of a frame: its rows come in four passes. */
const IS_INTERLACED = 0x40;

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const GRAPHIC_CONTROL_BYTES = 4;
const IMAGE_SEPARATOR = 0x2c;
const TRAILER = 0x3b;

const TRUNCATED = corrupt("The GIF ends before its first frame: only a part of the file is here.");

/** The first frame of a GIF. Sizes and positions are in pixels. */
export interface GifFrame {
  /** Size of the logical screen, enlarged if the frame reaches beyond it. */
  readonly screen: { readonly width: number; readonly height: number };
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly isInterlaced: boolean;
  /** The colour table: RGB, 3 bytes per colour. */
  readonly colours: Uint8Array;
  /** Index of the transparent colour, if any. */
  readonly transparent: number | undefined;
  /** Offset of the LZW minimum code size, the byte before the first data block. */
  readonly data: number;
}

/**
 * Finds the first frame; `bytes` start with the signature. Never throws, never reads past the end, linear in the file's length. Nothing
 * after the first frame's colours is read.
 *
 * Bytes between blocks that begin no block are skipped, as GIF87a says ("any characters encountered between the end of a previous image
 * and the image separator character are to be ignored") and as Pillow does in GIF89a, too. A frame may reach beyond the logical screen,
 * even one of 0 x 0: Pillow and browsers enlarge the screen.
 */
export function readGifFrame(bytes: Uint8Array): GifFrame | Refusal {
  if (bytes.length < SCREEN_BYTES) return TRUNCATED;
  const globalTable = colourTableAt(bytes, SCREEN_BYTES, bytes[SCREEN_FLAGS] ?? 0);
  let transparent: number | undefined;
  for (let at = SCREEN_BYTES + globalTable.length; at < bytes.length;) {
    const introducer = bytes[at];
    if (introducer === IMAGE_SEPARATOR) return frameAt(bytes, at + 1, globalTable, transparent);
    if (introducer === TRAILER) return corrupt("The GIF contains no image.");
    if (introducer === EXTENSION) {
      if (bytes[at + 1] === GRAPHIC_CONTROL) transparent = transparentIndex(bytes, at + 2);
      at = subBlocksEnd(bytes, at + 2);
    } else at += 1;
  }
  return TRUNCATED;
}

/** Reads the block of a graphic control: its length, flags (bit 0: there is a transparent colour), a delay (2 bytes), and the index. */
function transparentIndex(bytes: Uint8Array, block: number): number | undefined {
  const [length = 0, flags = 0] = bytes.subarray(block, block + 2);
  return length >= GRAPHIC_CONTROL_BYTES && (flags & 1) === 1 ? bytes[block + 4] : undefined;
}

/** The colour table at offset `at`; empty if `flags` declare none. */
function colourTableAt(bytes: Uint8Array, at: number, flags: number): Uint8Array {
  return bytes.subarray(at, at + ((flags & HAS_COLOUR_TABLE) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)));
}

/** Returns the index after a chain of sub-blocks, each after its length byte, and the empty one that ends it. */
function subBlocksEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) > 0) at += 1 + (bytes[at] ?? 0);
  return at + 1;
}

function frameAt(
  bytes: Uint8Array,
  at: number,
  globalTable: Uint8Array,
  transparent: number | undefined,
): GifFrame | Refusal {
  if (at + DESCRIPTOR_BYTES > bytes.length) return TRUNCATED;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [left = 0, top = 0, width = 0, height = 0] = [0, 2, 4, 6].map((offset) => view.getUint16(at + offset, true));
  const flags = view.getUint8(at + 8);
  const localTable = colourTableAt(bytes, at + DESCRIPTOR_BYTES, flags);
  const colours = localTable.length > 0 ? localTable : globalTable;
  if (width * height === 0) return corrupt("The GIF's first frame has no pixels.");
  if (colours.length === 0) return corrupt("The GIF has no colours.");
  const screen = {
    width: Math.max(view.getUint16(6, true), left + width),
    height: Math.max(view.getUint16(8, true), top + height),
  };
  const isInterlaced = (flags & IS_INTERLACED) !== 0;
  const data = at + DESCRIPTOR_BYTES + localTable.length;
  return { screen, left, top, width, height, isInterlaced, colours, transparent, data };
}
