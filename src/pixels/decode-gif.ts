import { Problem } from "../contract/problems.ts";
import type { Decode } from "./decode-file.ts";
import { unpackLzw } from "./gif-lzw.ts";

/** "GIF89a" and the logical screen descriptor: width, height (2 bytes each, little-endian), flags, background, aspect ratio. */
const SCREEN_DESCRIPTOR_BYTES = 13;
/** Image descriptor without its separator: left, top, width, height (2 bytes each), flags. */
const IMAGE_DESCRIPTOR_BYTES = 9;
/** Largest LZW minimum code size (GIF89a, appendix F). */
const MAX_MINIMUM_CODE_SIZE = 8;

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE_SEPARATOR = 0x2c;

/** First row and row step of each pass of an interlaced frame (GIF89a, appendix E). */
const INTERLACED = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;
const ONE_PASS = [[0, 1]] as const;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly passes: readonly (readonly [number, number])[];
  /** The colour table: RGB, 3 bytes per colour. */
  readonly colours: Uint8Array;
  /** Index of the transparent colour, if any. */
  readonly transparent: number | undefined;
  /** Offset of the LZW minimum code size, the byte before the first data block. */
  readonly data: number;
}

/**
 * Decodes the first frame of a GIF onto its logical screen; uncovered pixels are transparent. The header must have been checked
 * before. Implemented here because the libraries accept truncated data as complete (docs/dependencies.md).
 */
export const decodeGif: Decode = async (bytes, read) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frame = firstFrame(bytes, view);
  const indices = new Uint8Array(frame.width * frame.height);
  const minimumCodeSize = bytes[frame.data] ?? 0;
  const isWhole =
    minimumCodeSize >= 1 &&
    minimumCodeSize <= MAX_MINIMUM_CODE_SIZE &&
    unpackLzw(bytes, frame.data + 1, minimumCodeSize, indices) >= indices.length;
  if (!isWhole) throw new Problem("image-corrupt", "The GIF's data is damaged, or ends before its last row.");
  return read(paint(frame, indices, view.getUint16(6, true), view.getUint16(8, true)));
};

/** The colour table at offset `at`; empty if `flags` declare none. */
function colourTableAt(bytes: Uint8Array, at: number, flags: number): Uint8Array {
  return bytes.subarray(at, at + ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)));
}

function firstFrame(bytes: Uint8Array, view: DataView): Frame {
  const globalTable = colourTableAt(bytes, SCREEN_DESCRIPTOR_BYTES, view.getUint8(10));
  let transparent: number | undefined;
  let at = SCREEN_DESCRIPTOR_BYTES + globalTable.length;
  while (bytes[at] === EXTENSION) {
    // A label, then blocks. The block of a graphic control has flags, a delay (2 bytes), and the index of the transparent colour.
    if (bytes[at + 1] === GRAPHIC_CONTROL) transparent = ((bytes[at + 3] ?? 0) & 1) === 1 ? bytes[at + 6] : undefined;
    at += 2;
    while ((bytes[at] ?? 0) > 0) at += 1 + (bytes[at] ?? 0);
    at += 1;
  }
  if (bytes[at] !== IMAGE_SEPARATOR) throw new Problem("image-corrupt", "The GIF contains no image.");
  const [left = 0, top = 0, width = 0, height = 0] = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true));
  const flags = view.getUint8(at + IMAGE_DESCRIPTOR_BYTES);
  const localTable = colourTableAt(bytes, at + 1 + IMAGE_DESCRIPTOR_BYTES, flags);
  const passes = (flags & 0x40) === 0 ? ONE_PASS : INTERLACED;
  const data = at + 1 + IMAGE_DESCRIPTOR_BYTES + localTable.length;
  return {
    left,
    top,
    width,
    height,
    passes,
    colours: localTable.length > 0 ? localTable : globalTable,
    transparent,
    data,
  };
}

/** Returns the RGBA of the whole screen. An index beyond the colour table is black. */
function paint(frame: Frame, indices: Uint8Array, width: number, height: number): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  let from = 0;
  for (const [first, step] of frame.passes) {
    for (let y = first; y < frame.height; y += step) {
      const row = ((frame.top + y) * width + frame.left) * 4;
      paintRow(frame, indices.subarray(from, from + frame.width), rgba.subarray(row, row + frame.width * 4));
      from += frame.width;
    }
  }
  return rgba;
}

function paintRow({ colours, transparent }: Frame, indices: Uint8Array, rgba: Uint8Array): void {
  for (let x = 0; x < indices.length; x += 1) {
    const index = indices[x] ?? 0;
    if (index === transparent) continue;
    for (let channel = 0; channel < 3; channel += 1) rgba[x * 4 + channel] = colours[index * 3 + channel] ?? 0;
    rgba[x * 4 + 3] = 255;
  }
}
