import { Problem } from "../contract/problems.ts";
import { type GifFrame, readGifFrame } from "../image/gif-frame.ts";
import { free } from "../runtime/tensors.ts";
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
  const { width, height } = frame.screen;
  try {
    return read({ length: width * height * 4, rows: screenRows(frame, indices) });
  } finally {
    free([indices]);
  }
};

/** Yields for each stored row of the frame, in order, its row in the frame. */
function* storedRows({ height, isInterlaced }: GifFrame): Generator<number> {
  const passes: readonly (readonly [number, number])[] = isInterlaced ? INTERLACED : ONE_PASS;
  for (const [first, step] of passes) {
    for (let y = first; y < height; y += step) yield y;
  }
}

/** Yields the RGBA of the screen's rows. An index beyond the colour table is black. */
function* screenRows(frame: GifFrame, indices: Uint8Array): Generator<Uint8Array> {
  const { screen, left, top, width, height } = frame;
  const stored = new Uint32Array(height);
  let next = 0;
  for (const y of storedRows(frame)) {
    stored[y] = next;
    next += 1;
  }
  const rgba = new Uint8Array(screen.width * 4);
  for (let y = 0; y < screen.height; y += 1) {
    rgba.fill(0);
    const from = stored[y - top];
    if (from !== undefined) {
      const row = indices.subarray(from * width, (from + 1) * width);
      paintRow(frame, row, rgba.subarray(left * 4, (left + width) * 4));
    }
    yield rgba;
  }
}

function paintRow({ colours, transparent }: GifFrame, indices: Uint8Array, rgba: Uint8Array): void {
  for (let x = 0; x < indices.length; x += 1) {
    const index = indices[x] ?? 0;
    if (index === transparent) continue;
    for (let channel = 0; channel < 3; channel += 1) rgba[x * 4 + channel] = colours[index * 3 + channel] ?? 0;
    rgba[x * 4 + 3] = 255;
  }
}
