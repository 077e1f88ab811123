import { Problem } from "../contract/problems.ts";
import { type GifFrame, readGifFrame } from "../image/gif-frame.ts";
import type { Decode } from "./decode-file.ts";
import { unpackLzw } from "./gif-lzw.ts";

/** Largest LZW minimum code size (GIF89a, appendix F). */
const MAX_MINIMUM_CODE_SIZE = 8;

/** First row and row step of each pass of an interlaced frame (GIF89a, appendix E). */
const INTERLACED = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;
const ONE_PASS = [[0, 1]] as const;

/**
 * Decodes the first frame of a GIF onto its logical screen; uncovered pixels are transparent. The header must have been checked
 * before. Implemented here because the libraries accept truncated data as complete (docs/dependencies.md).
 */
export const decodeGif: Decode = async (bytes, read) => {
  const frame = readGifFrame(bytes);
  if ("refused" in frame) throw new Problem(frame.refused, frame.reason);
  const indices = new Uint8Array(frame.width * frame.height);
  const minimumCodeSize = bytes[frame.data] ?? 0;
  const isWhole =
    minimumCodeSize >= 1 &&
    minimumCodeSize <= MAX_MINIMUM_CODE_SIZE &&
    unpackLzw(bytes, frame.data + 1, minimumCodeSize, indices) >= indices.length;
  if (!isWhole) throw new Problem("image-corrupt", "The GIF's data is damaged, or ends before its last row.");
  return read(paint(frame, indices));
};

/** Returns the RGBA of the whole screen. An index beyond the colour table is black. */
function paint(frame: GifFrame, indices: Uint8Array): Uint8Array {
  const { screen, left, top, width, height } = frame;
  const rgba = new Uint8Array(screen.width * screen.height * 4);
  const passes: readonly (readonly [number, number])[] = frame.isInterlaced ? INTERLACED : ONE_PASS;
  let from = 0;
  for (const [first, step] of passes) {
    for (let y = first; y < height; y += step) {
      const row = ((top + y) * screen.width + left) * 4;
      paintRow(frame, indices.subarray(from, from + width), rgba.subarray(row, row + width * 4));
      from += width;
    }
  }
  return rgba;
}

function paintRow({ colours, transparent }: GifFrame, indices: Uint8Array, rgba: Uint8Array): void {
  for (let x = 0; x < indices.length; x += 1) {
    const index = indices[x] ?? 0;
    if (index === transparent) continue;
    for (let channel = 0; channel < 3; channel += 1) rgba[x * 4 + channel] = colours[index * 3 + channel] ?? 0;
    rgba[x * 4 + 3] = 255;
  }
}
