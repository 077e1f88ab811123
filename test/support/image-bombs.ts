import { zlibSync } from "fflate";
import { ihdr, joinBytes, jpegSegment, pngChunk, pngOf } from "./image-bytes.ts";

/** Width and height in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

// Written apart from src/image/png-raster.ts, which the tests check with it.
/** Samples per pixel by colour type (PNG specification, table 11.1). */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** First column and row of each pass of an interlaced PNG, and its steps (PNG specification, section 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Every colour type with its bit depths (PNG specification, table 11.1). */
export const PNG_KINDS: readonly [readonly [number, number], ...(readonly [number, number])[]] = [
  [0, 1],
  [0, 2],
  [0, 4],
  [0, 8],
  [0, 16],
  [2, 8],
  [2, 16],
  [3, 1],
  [3, 2],
  [3, 4],
  [3, 8],
  [4, 8],
  [4, 16],
  [6, 8],
  [6, 16],
];

/** A PNG of one colour. `filterOf` returns the filter byte of the row with this index, counted through all passes. */
export interface PlainPng extends Size {
  readonly colourType: number;
  readonly bitDepth: number;
  readonly isInterlaced?: boolean;
  readonly filterOf?: (row: number) => number;
}

/** Returns the lengths of all rows of a PNG, without their filter bytes. */
export function rowLengths({ width, height, colourType, bitDepth, isInterlaced = false }: PlainPng): readonly number[] {
  const passes = isInterlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  return passes.flatMap(([left, top, columnStep, rowStep]) => {
    const columns = Math.max(0, Math.ceil((width - left) / columnStep));
    const rows = Math.max(0, Math.ceil((height - top) / rowStep));
    const bytes = Math.ceil((columns * (SAMPLES[colourType] ?? 0) * bitDepth) / 8);
    return columns === 0 ? [] : Array.from({ length: rows }, () => bytes);
  });
}

/** Returns a PNG whose rows are zero: a thousandth of its raster's bytes long. */
export function plainPng(png: PlainPng): Uint8Array<ArrayBuffer> {
  const { width, height, colourType, bitDepth, isInterlaced = false, filterOf = () => 0 } = png;
  const lengths = rowLengths(png);
  const raster = new Uint8Array(lengths.reduce((sum, length) => sum + length + 1, 0));
  let at = 0;
  for (const [row, length] of lengths.entries()) {
    raster[at] = filterOf(row);
    at += length + 1;
  }
  const palette = colourType === 3 ? [pngChunk("PLTE", new Uint8Array(3))] : [];
  const header = ihdr(width, height, bitDepth, colourType, isInterlaced ? 1 : 0);
  return pngOf(header, ...palette, pngChunk("IDAT", zlibSync(raster)));
}

/** Bits with the most significant first, as bytes; the last one is filled with ones, and zero bytes are stuffed after 0xff. */
function entropyCoded(bits: string): Uint8Array {
  const bytes = (bits.match(/.{1,8}/gu) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, "1"), 2));
  return Uint8Array.from(bytes.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte])));
}

/** A Huffman table with one code of one bit. */
function tableOf(kind: number, symbol: number): Uint8Array {
  return jpegSegment(0xc4, [kind, 1, ...Array.from({ length: 15 }, () => 0), symbol]);
}

/** Parameters of `progressiveJpeg`. */
export interface ScanScript extends Size {
  readonly components: 1 | 3;
  /** Into how many bands the coefficients 1 to 63 are split; each has a first scan, and `refinements` of one bit. */
  readonly bands: number;
  readonly refinements: number;
}

/**
 * Returns a complete progressive JPEG of one grey: a scan of the first coefficient of each component, one bit a block, and for each band scans of
 * nothing but end-of-band runs, two bytes for 32,767 blocks (libjpeg-turbo's "Two Issues with the JPEG Standard").
 */
export function progressiveJpeg({
  width,
  height,
  components,
  bands,
  refinements,
}: ScanScript): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const ids = Array.from({ length: components }, (_, index) => index + 1);
  const runs = entropyCoded(`0${"1".repeat(14)}`.repeat(Math.ceil(blocks / 32_767)));
  const scan = (id: number, first: number, last: number, bits: number): Uint8Array =>
    joinBytes(
      jpegSegment(0xda, [1, id, 0, first, last, bits]),
      first === 0 ? new Uint8Array(Math.ceil(blocks / 8)) : runs,
    );
  const edges = Array.from({ length: bands + 1 }, (_, index) => 1 + Math.floor((index * 63) / bands));
  const bandScans = ids.flatMap((id) =>
    edges.slice(0, bands).flatMap((first, band) => {
      const last = (edges[band + 1] ?? 64) - 1;
      const later = Array.from({ length: refinements }, (_, index) => refinements - index);
      return [scan(id, first, last, refinements), ...later.map((bit) => scan(id, first, last, (bit << 4) | (bit - 1)))];
    }),
  );
  return joinBytes(
    Uint8Array.of(0xff, 0xd8),
    jpegSegment(0xdb, [0, ...Array.from({ length: 64 }, () => 1)]),
    jpegSegment(0xc2, [
      8,
      height >> 8,
      height & 255,
      width >> 8,
      width & 255,
      components,
      ...ids.flatMap((id) => [id, 0x11, 0]),
    ]),
    // The difference 0; a run of 2^14 blocks and as many as the next 14 bits say.
    tableOf(0x00, 0),
    tableOf(0x10, 0xe0),
    ...ids.map((id) => scan(id, 0, 0, 0)),
    ...bandScans,
    Uint8Array.of(0xff, 0xd9),
  );
}

/** Bits of a number, the least significant first. */
function lowFirst(value: number, bits: number): string {
  return value.toString(2).padStart(bits, "0").split("").toReversed().join("");
}

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Length of the image data of `plainWebp`: 9 bytes, and zeros that the decoder reads ahead. */
const LOSSLESS_BYTES = 24;

/** Returns a lossless WebP of one colour in 44 bytes: each of its five codes has one symbol, of zero bits (RFC 9649, 3.7.2.1.1). */
export function plainWebp({ width, height }: Size): Uint8Array<ArrayBuffer> {
  const size = lowFirst(width - 1, 14) + lowFirst(height - 1, 14);
  // Alpha is used, version 0, no transform, no colour cache, no meta codes.
  const bits = `${lowFirst(0x2f, 8)}${size}1000000${"1000".repeat(5)}`;
  const bytes = (bits.match(/.{1,8}/gu) ?? []).map((byte) => Number.parseInt(byte.split("").toReversed().join(""), 2));
  const data = joinBytes(Uint8Array.from(bytes), new Uint8Array(LOSSLESS_BYTES - bytes.length));
  const [all, own] = [data.length + 12, data.length].map((length) => Uint8Array.of(length, 0, 0, 0));
  return joinBytes(latin1("RIFF"), all ?? data, latin1("WEBPVP8L"), own ?? data, data);
}

/** LZW with two bits for a colour: the code that clears the table, the first that is made, and how many there are. */
const GIF_CLEAR = 4;
const GIF_FIRST = 6;
const GIF_CODES = 4096;

/** The codes of so many pixels of colour 0 as [code, bits]: after a clear code, each code is the one that is just being made, for a run one longer. */
function* runCodes(pixels: number): Generator<readonly [code: number, bits: number]> {
  let missing = pixels;
  let bits = 3;
  yield [GIF_CLEAR, bits];
  while (missing > 0) {
    bits = 3;
    for (let run = 1; missing > 0 && GIF_FIRST + run - 2 < GIF_CODES; run += 1) {
      const length = Math.min(run, missing);
      // The codes between are the clear code and the end.
      yield [length === 1 ? 0 : GIF_FIRST + length - 2, bits];
      missing -= length;
      // The decoder has made a code for each code but the first.
      if (run > 1 && GIF_FIRST + run - 1 === 2 ** bits && bits < 12) bits += 1;
    }
    yield [missing > 0 ? GIF_CLEAR : GIF_CLEAR + 1, bits];
  }
}

/** Codes as bytes, the least significant bit first. */
function packed(codes: Iterable<readonly [code: number, bits: number]>): readonly number[] {
  const bytes: number[] = [];
  let [held, count] = [0, 0];
  for (const [code, bits] of codes) {
    held |= code << count;
    count += bits;
    for (; count >= 8; count -= 8) {
      bytes.push(held & 255);
      held >>>= 8;
    }
  }
  return count > 0 ? [...bytes, held] : bytes;
}

/** Returns a GIF of one colour: about six kilobytes for each eight megapixels. */
export function plainGif({ width, height }: Size): Uint8Array<ArrayBuffer> {
  const size = [width & 255, width >> 8, height & 255, height >> 8];
  const data = packed(runCodes(width * height));
  const blocks = Array.from({ length: Math.ceil(data.length / 255) }, (_, block) => {
    const bytes = data.slice(block * 255, block * 255 + 255);
    return [bytes.length, ...bytes];
  });
  // A table of four colours, all black.
  const head = [...latin1("GIF89a"), ...size, 0b1000_0001, 0, 0, ...new Uint8Array(12)];
  return Uint8Array.from([...head, 0x2c, 0, 0, 0, 0, ...size, 0, 2, ...blocks.flat(), 0, 0x3b]);
}
