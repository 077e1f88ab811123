import { Problem } from "../contract/problems.ts";
import type { Decode } from "./decode-file.ts";
import { unpackLzw } from "./gif-lzw.ts";

/** "GIF89a", and the logical screen: width, height (2 bytes each, little-endian), flags, background, aspect ratio. */
const SCREEN_BYTES = 13;
/** Left, top, width, height (2 bytes each), flags. */
const FRAME_BYTES = 9;
/** GIF89a, appendix F. */
const MAX_VALUE_BITS = 8;

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const FRAME = 0x2c;

/** First row and step of each pass over an interlaced frame (GIF89a, appendix E). */
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
  /** RGB, 3 bytes each. */
  readonly colours: Uint8Array;
  /** The colour that is none. */
  readonly transparent: number | undefined;
  /** Index of the byte with the values' bits, before the first block. */
  readonly data: number;
}

/**
 * The first frame of a GIF whose header was read, on its screen; what it leaves free is transparent. Written out because the libraries take data
 * that end too soon for whole (docs/dependencies.md).
 */
export const decodeGif: Decode = async (bytes, read) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frame = firstFrame(bytes, view);
  const values = new Uint8Array(frame.width * frame.height);
  const bits = bytes[frame.data] ?? 0;
  const isWhole =
    bits >= 1 && bits <= MAX_VALUE_BITS && unpackLzw(bytes, frame.data + 1, bits, values) >= values.length;
  if (!isWhole) throw new Problem("image-corrupt", "The GIF's data is damaged, or ends before its last row.");
  return read(paint(frame, values, view.getUint16(6, true), view.getUint16(8, true)));
};

/** The colour table after an index, if these flags say that there is one. */
function tableAt(bytes: Uint8Array, at: number, flags: number): Uint8Array {
  return bytes.subarray(at, at + ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)));
}

function firstFrame(bytes: Uint8Array, view: DataView): Frame {
  const common = tableAt(bytes, SCREEN_BYTES, view.getUint8(10));
  let transparent: number | undefined;
  let at = SCREEN_BYTES + common.length;
  while (bytes[at] === EXTENSION) {
    // A label, then blocks; that of a graphic control has flags, a delay (2 bytes), and the colour that is none.
    if (bytes[at + 1] === GRAPHIC_CONTROL) transparent = ((bytes[at + 3] ?? 0) & 1) === 1 ? bytes[at + 6] : undefined;
    at += 2;
    while ((bytes[at] ?? 0) > 0) at += 1 + (bytes[at] ?? 0);
    at += 1;
  }
  if (bytes[at] !== FRAME) throw new Problem("image-corrupt", "The GIF holds no picture.");
  const [left = 0, top = 0, width = 0, height = 0] = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true));
  const flags = view.getUint8(at + FRAME_BYTES);
  const own = tableAt(bytes, at + 1 + FRAME_BYTES, flags);
  const passes = (flags & 0x40) === 0 ? ONE_PASS : INTERLACED;
  const data = at + 1 + FRAME_BYTES + own.length;
  return { left, top, width, height, passes, colours: own.length > 0 ? own : common, transparent, data };
}

/** RGBA of the whole screen. A value beyond the table is black. */
function paint(frame: Frame, values: Uint8Array, width: number, height: number): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  let from = 0;
  for (const [first, step] of frame.passes) {
    for (let y = first; y < frame.height; y += step) {
      const row = ((frame.top + y) * width + frame.left) * 4;
      paintRow(frame, values.subarray(from, from + frame.width), rgba.subarray(row, row + frame.width * 4));
      from += frame.width;
    }
  }
  return rgba;
}

function paintRow({ colours, transparent }: Frame, values: Uint8Array, rgba: Uint8Array): void {
  for (let x = 0; x < values.length; x += 1) {
    const value = values[x] ?? 0;
    if (value === transparent) continue;
    for (let channel = 0; channel < 3; channel += 1) rgba[x * 4 + channel] = colours[value * 3 + channel] ?? 0;
    rgba[x * 4 + 3] = 255;
  }
}
