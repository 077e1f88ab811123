import { joinBytes } from "../image-bytes.ts";
import type { Bytes } from "./bytes.ts";
import type { ImageFormat } from "./seed-images.ts";

/** A valid file as its head and the pieces that follow: chunks, segments or blocks, each with its own length field. */
export interface Pieces {
  readonly head: Uint8Array;
  readonly pieces: readonly Uint8Array[];
}

/** The length of the pieces from one offset on; `next` returns where a piece that starts at `at` ends. */
function split(bytes: Uint8Array, start: number, next: (at: number) => number): Pieces {
  const pieces: Uint8Array[] = [];
  for (let at = start; at < bytes.length;) {
    const end = next(at);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return { head: bytes.subarray(0, start), pieces };
}

function pngPieces(bytes: Uint8Array): Pieces {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return split(bytes, 8, (at) => at + 12 + view.getUint32(at));
}

function webpPieces(bytes: Uint8Array): Pieces {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return split(bytes, 12, (at) => {
    const length = view.getUint32(at + 4, true);
    return at + 8 + length + (length % 2);
  });
}

const SCAN = 0xda;
const END = 0xd9;
const isRestart = (code: number): boolean => code >= 0xd0 && code <= 0xd7;

/** The end of a scan's data: the next marker that is neither a stuffed byte nor a restart. */
function scanEnd(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1] ?? END;
    if (code !== 0 && !isRestart(code)) return at;
  }
  return bytes.length;
}

/** A scan and its data are one piece. */
function jpegPieces(bytes: Uint8Array): Pieces {
  return split(bytes, 2, (at) => {
    const code = bytes[at + 1];
    if (code === END) return bytes.length;
    const end = at + 2 + (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    return code === SCAN ? scanEnd(bytes, end) : end;
  });
}

/** The bytes of a GIF's colour table, by the flags of its screen or frame. */
const tableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));

function gifPieces(bytes: Uint8Array): Pieces {
  const afterBlocks = (start: number): number => {
    let at = start;
    while ((bytes[at] ?? 0) !== 0) at += 1 + (bytes[at] ?? 0);
    return at + 1;
  };
  return split(bytes, 13 + tableBytes(bytes[10] ?? 0), (at) => {
    if (bytes[at] === 0x21) return afterBlocks(at + 2);
    if (bytes[at] === 0x2c) return afterBlocks(at + 11 + tableBytes(bytes[at + 9] ?? 0));
    return bytes.length;
  });
}

/** Splits a valid file of each format. */
export const piecesOf: Readonly<Record<ImageFormat, (bytes: Uint8Array) => Pieces>> = {
  png: pngPieces,
  jpeg: jpegPieces,
  webp: webpPieces,
  gif: gifPieces,
};

/** Where a piece's length field starts, and its bytes; a GIF's is that of an extension's first data block. */
export const lengthField: Readonly<Record<ImageFormat, { readonly at: number; readonly bytes: number }>> = {
  png: { at: 0, bytes: 4 },
  jpeg: { at: 2, bytes: 2 },
  webp: { at: 4, bytes: 4 },
  gif: { at: 2, bytes: 1 },
};

/** Joins pieces to a file; `isSized` corrects the length in the head of a WebP. */
export function fileOf(format: ImageFormat, { head, pieces }: Pieces, isSized: boolean): Bytes {
  const bytes = joinBytes(head, ...pieces);
  if (format === "webp" && isSized) new DataView(bytes.buffer).setUint32(4, bytes.length - 8, true);
  return bytes;
}
