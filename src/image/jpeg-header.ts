import { applyOrientation, exifOrientation } from "./exif.ts";
import { corrupt, type SniffResult } from "./header.ts";
import type { JpegFrame } from "./jpeg-frame.ts";
import { MARKERS } from "./jpeg-markers.ts";
import { type JpegScan, LAST_COEFFICIENT } from "./jpeg-scan.ts";
import { isMetadata, type JpegSegment, jpegSegments } from "./jpeg-segments.ts";

/**
 * Maximum number of scans, however small the image. The decoder processes the whole image for each scan, even a short one: 25,000 scans of 13
 * bytes took 49 seconds. Encoders write up to 15 (libjpeg's own progressive script has 10). How many blocks all scans together may have is
 * limited by `decoding-work.ts`.
 */
export const MAX_JPEG_SCANS = 100;

/**
 * Maximum bytes per pixel, without application and comment segments: the worst that could be encoded (two-valued noise in
 * 4:4:4 at quality 100, fixed Huffman codes) has 4.2. The decoder holds them twice. Tables and the padding of blocks are
 * allowed in addition.
 */
export const MAX_JPEG_BYTES_PER_PIXEL = 5;
const TABLES_BYTES = 64 * 1024;
const BLOCK_PADDING = 31;

/** "Exif" and two zero bytes, which precede the TIFF header in an APP1 segment. */
const EXIF_PREFIX = [0x45, 0x78, 0x69, 0x66, 0, 0];

/** What the segments read so far have. */
interface Progress {
  readonly frame: JpegFrame | undefined;
  readonly scans: number;
  /** By component: for each coefficient, how many of its lowest bits no scan has had; infinitely many before the first scan. */
  readonly missingBits: ReadonlyMap<number, readonly number[]>;
  /** Whether each scan continues where the earlier ones ended: on any other, libjpeg warns of an inconsistent progression. */
  readonly isConsistent: boolean;
  /** Bytes of the application and comment segments, which the decoder does not get. */
  readonly metadataBytes: number;
  /** From the first EXIF segment before the first scan. */
  readonly orientation?: number;
}

/**
 * Reads the header of a JPEG; `bytes` start with the SOI marker. Never throws, never reads past the end, linear in the file's length.
 *
 * All segments up to the EOI marker are read. A file that ends earlier, or has bytes there on which libjpeg fails, is accepted if its scans
 * hold every bit of every coefficient; whether their data are complete is known only to the decoder. Bytes after the EOI (phones append
 * depth maps and videos) are ignored.
 *
 * Headers on which the decoder always fails are refused here: a decoder that has failed is discarded with its memory.
 */
export function readJpegHeader(bytes: Uint8Array): SniffResult {
  let progress: Progress = { frame: undefined, scans: 0, missingBits: new Map(), isConsistent: true, metadataBytes: 0 };
  const segments = jpegSegments(bytes);
  let segment = segments.next();
  for (; segment.done !== true; segment = segments.next()) {
    progress = advance(progress, segment.value, bytes);
    if (progress.scans > MAX_JPEG_SCANS) return corrupt(`The JPEG has more than ${MAX_JPEG_SCANS} scans.`);
    if (!progress.isConsistent) return corrupt("A scan of the JPEG does not continue the earlier ones.");
  }
  const { end, refusal } = segment.value;
  return refusal === undefined || hasAllBits(progress) ? finish(progress, end) : refusal;
}

function advance(progress: Progress, segment: JpegSegment, bytes: Uint8Array): Progress {
  const { code, start, end, context, scan } = segment;
  if (isMetadata(code)) return addMetadata(progress, code, bytes.subarray(start, end));
  const { scans, missingBits } = progress;
  if (scan === undefined) return { ...progress, frame: context.frame };
  const isConsistent =
    progress.isConsistent && (context.frame?.isProgressive !== true || continuesFrom(missingBits, scan));
  return { ...progress, scans: scans + 1, isConsistent, missingBits: addScan(missingBits, scan) };
}

/** Adds an application or comment segment, which begins with its length (2 bytes). */
function addMetadata(progress: Progress, code: number, segment: Uint8Array): Progress {
  const { orientation, scans } = progress;
  const data = segment.subarray(2);
  const isExif = code === MARKERS.app1 && EXIF_PREFIX.every((byte, index) => data[index] === byte);
  const metadataBytes = progress.metadataBytes + segment.length;
  return orientation === undefined && scans === 0 && isExif
    ? { ...progress, metadataBytes, orientation: exifOrientation(data.subarray(EXIF_PREFIX.length)) }
    : { ...progress, metadataBytes };
}

function addScan(before: Progress["missingBits"], { components, coefficients }: JpegScan): Progress["missingBits"] {
  const { first, last, missingBits } = coefficients;
  const after = components.map(({ id }) => {
    const old = before.get(id);
    const bits = Array.from({ length: LAST_COEFFICIENT + 1 }, (_, coefficient) =>
      coefficient >= first && coefficient <= last ? missingBits : (old?.[coefficient] ?? Infinity),
    );
    return [id, bits] as const;
  });
  return new Map([...before, ...after]);
}

/** libjpeg's conditions (`start_pass_phuff_decoder` in jdphuff.c): the first coefficient comes first, and no bit is skipped. */
function continuesFrom(before: Progress["missingBits"], { components, coefficients }: JpegScan): boolean {
  const { first, last, previousBits } = coefficients;
  return components.every(({ id }) => {
    const old = before.get(id);
    const hasFirst = first === 0 || (old?.[0] ?? Infinity) !== Infinity;
    const bits = Array.from({ length: last + 1 - first }, (_, index) => old?.[first + index] ?? Infinity);
    return hasFirst && bits.every((missing) => (missing === Infinity ? 0 : missing) === previousBits);
  });
}

function hasAllBits({ frame, missingBits }: Progress): boolean {
  if (frame === undefined) return false;
  return [...frame.components.keys()].every((id) => missingBits.get(id)?.every((bits) => bits === 0) === true);
}

/** Checks the whole file; `end` is the length of what was read of it. */
function finish({ frame, scans, metadataBytes, orientation = 1 }: Progress, end: number): SniffResult {
  if (frame === undefined || scans === 0) return corrupt("The JPEG contains no image.");
  const { width, height } = frame.header;
  const maxBytes = (width + BLOCK_PADDING) * (height + BLOCK_PADDING) * MAX_JPEG_BYTES_PER_PIXEL + TABLES_BYTES;
  return end - metadataBytes > maxBytes
    ? corrupt("The JPEG contains more data than its dimensions allow.")
    : applyOrientation(frame.header, orientation);
}
