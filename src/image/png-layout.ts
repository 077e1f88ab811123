import { corrupt, type Refusal } from "./header.ts";
import { hasRightChecksum } from "./png-checksum.ts";
import { CHUNK_TYPES, dataLength, dataOf, type PngChunk, pngChunks, SIGNATURE_BYTES } from "./png-chunks.ts";
import type { PngRaster } from "./png-raster.ts";

/** Where IHDR lies in every PNG: it is the first chunk and has 13 bytes of data. */
export const IHDR: PngChunk = { type: CHUNK_TYPES.ihdr, start: SIGNATURE_BYTES, end: SIGNATURE_BYTES + 25 };

/** PNG specification, section 11.2.2: a side of zero or above 2^31 - 1 is invalid. */
const MAX_SIDE = 2 ** 31 - 1;

/** Allowed bit depths by colour type (PNG specification, table 11.1). */
const BIT_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Colour type of an image with a palette, which has at most 256 colours of 3 bytes. */
const PALETTE = 3;
const MAX_PALETTE_BYTES = 768;

/** Length of tRNS by colour type: one sample of 16 bits for each channel. Colour types with an alpha channel have none. */
const TRANSPARENCY_BYTES: Readonly<Record<number, number>> = { 0: 2, 2: 6 };

const NO_IMAGE = corrupt("The PNG contains no image.");
const TRUNCATED = corrupt("The PNG ends before its image data: only a part of the file is here.");

/** The chunks that determine the image. Every other chunk is ignored. */
export interface PngLayout {
  readonly raster: PngRaster;
  /** Only of images with a palette. */
  readonly palette?: PngChunk;
  readonly transparency?: PngChunk;
  readonly exif?: PngChunk;
  /** Offset of the first IDAT chunk. */
  readonly dataStart: number;
}

/**
 * Finds the chunks that determine the image; `bytes` start with the signature. Never throws, never reads past the end, linear in the
 * file's length.
 *
 * What libpng ignores with a warning (pngrutil.c of 1.6.58) is ignored here: a suggested palette of any length; tRNS beside an alpha
 * channel, before the palette, after the data, a second time, with a wrong checksum, or of a length that does not fit; every chunk that
 * does not determine the image, however damaged. What libpng refuses is refused: another chunk before IHDR, a second IHDR, and a
 * missing, invalid or second palette of an image that needs one. IDAT chunks that are not consecutive are not read, as in Pillow.
 */
export function readPngLayout(bytes: Uint8Array): PngLayout | Refusal {
  const raster = readRaster(bytes);
  if ("refused" in raster) return raster;
  let found: Found = { raster };
  for (const chunk of pngChunks(bytes, IHDR.end)) {
    if (chunk.type === CHUNK_TYPES.idat) return finish(found, chunk);
    if (chunk.type === CHUNK_TYPES.iend) return NO_IMAGE;
    if (chunk.end > bytes.length) return TRUNCATED;
    const next = USES.get(chunk.type)?.(found, chunk, bytes) ?? found;
    if ("refused" in next) return next;
    found = next;
  }
  return TRUNCATED;
}

/** Yields the consecutive IDAT chunks, whose data together are one zlib stream. */
export function* imageDataChunks(bytes: Uint8Array, { dataStart }: PngLayout): Generator<PngChunk> {
  for (const chunk of pngChunks(bytes, dataStart)) {
    if (chunk.type !== CHUNK_TYPES.idat) return;
    yield chunk;
  }
}

/** Yields what the file has of their data, without empty ones: 870,000 of them fit into a file. */
export function* imageData(bytes: Uint8Array, layout: PngLayout): Generator<Uint8Array> {
  for (const chunk of imageDataChunks(bytes, layout)) {
    if (dataLength(chunk) > 0) yield dataOf(bytes, chunk);
  }
}

/** What was found before the image data. */
type Found = Omit<PngLayout, "dataStart">;

type Use = (found: Found, chunk: PngChunk, bytes: Uint8Array) => Found | Refusal;

/** How a chunk before the image data is used, by its type. */
const USES = new Map<number, Use>([
  [CHUNK_TYPES.ihdr, () => corrupt("The PNG has a second IHDR chunk.")],
  [CHUNK_TYPES.plte, addPalette],
  [CHUNK_TYPES.trns, addTransparency],
  [CHUNK_TYPES.exif, addExif],
]);

function addPalette(found: Found, chunk: PngChunk): Found | Refusal {
  if (found.raster.colourType !== PALETTE) return found;
  const length = dataLength(chunk);
  const isValid = found.palette === undefined && length > 0 && length <= MAX_PALETTE_BYTES && length % 3 === 0;
  return isValid ? { ...found, palette: chunk } : corrupt("The PNG's palette is invalid.");
}

function addTransparency(found: Found, chunk: PngChunk, bytes: Uint8Array): Found {
  const isUsed =
    found.transparency === undefined && fitsTransparency(found, dataLength(chunk)) && hasRightChecksum(bytes, chunk);
  return isUsed ? { ...found, transparency: chunk } : found;
}

/** A palette's tRNS has one byte for each of its first colours; colours beyond the bit depth do not count. */
function fitsTransparency({ raster: { colourType, bitDepth }, palette }: Found, length: number): boolean {
  if (colourType !== PALETTE) return length === TRANSPARENCY_BYTES[colourType];
  return palette !== undefined && length > 0 && length <= Math.min(dataLength(palette) / 3, 2 ** bitDepth);
}

/** As in Chromium, the first chunk with a right checksum counts. */
function addExif(found: Found, chunk: PngChunk, bytes: Uint8Array): Found {
  return found.exif === undefined && hasRightChecksum(bytes, chunk) ? { ...found, exif: chunk } : found;
}

function finish(found: Found, firstData: PngChunk): PngLayout | Refusal {
  const lacksPalette = found.raster.colourType === PALETTE && found.palette === undefined;
  return lacksPalette ? corrupt("The PNG has no palette.") : { ...found, dataStart: firstData.start };
}

/** Reads and validates IHDR: width (4 bytes), height (4), bit depth, colour type, compression, filter, interlacing. */
function readRaster(bytes: Uint8Array): PngRaster | Refusal {
  if (bytes.length < IHDR.end) return TRUNCATED;
  const [first] = pngChunks(bytes, SIGNATURE_BYTES);
  if (first?.type !== IHDR.type || first.end !== IHDR.end) return corrupt("The PNG does not begin with an IHDR chunk.");
  const data = dataOf(bytes, first);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height, bitDepth, colourType] = [
    view.getUint32(0),
    view.getUint32(4),
    view.getUint8(8),
    view.getUint8(9),
  ];
  const interlacing = view.getUint8(12);
  const isValid =
    (BIT_DEPTHS[colourType] ?? []).includes(bitDepth) &&
    view.getUint8(10) === 0 &&
    view.getUint8(11) === 0 &&
    interlacing <= 1 &&
    Math.min(width, height) >= 1 &&
    Math.max(width, height) <= MAX_SIDE;
  return isValid
    ? { width, height, bitDepth, colourType, isInterlaced: interlacing === 1 }
    : corrupt("The PNG's IHDR chunk is invalid.");
}
