import { applyOrientation, exifOrientation, hasExifPrefix } from "./exif.ts";
import { corrupt, type Refusal, type SniffResult } from "./header.ts";
import { isFrame, isScanOf, type JpegFrame, readFrame } from "./jpeg-frame.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;

/**
 * Maximum number of scans. The decoder processes the whole image for each scan, even a short one: 25,000 scans of 13
 * bytes took 49 seconds. Encoders write up to 14 (libjpeg's own progressive script has 10).
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

const NO_PICTURE = corrupt("The JPEG contains no image.");
const TRUNCATED = corrupt("The JPEG ends before its end marker: only a part of the file is here.");

/** State of the parser. */
interface Progress {
  readonly frame?: JpegFrame;
  readonly scans: number;
  /** Bytes of the application and comment segments, which the decoder does not get. */
  readonly metadataBytes: number;
  /** From the first EXIF segment. */
  readonly orientation?: number;
}

/**
 * Reads the header of a JPEG; `bytes` start with the SOI marker. Never throws, never reads past the end, linear in the file's length.
 *
 * It reads from marker to marker exactly as libjpeg does, so that the frame found here is the one decoded later, and
 * continues to the EOI marker: for a truncated file the decoder fills the missing part with grey and reports success.
 * Segments are skipped by their length, so the EOI of a thumbnail inside EXIF is not mistaken for the end. Bytes after
 * the EOI (phones append depth maps and videos) are ignored.
 *
 * Headers on which the decoder always fails are refused here: a decoder that has failed is discarded with its memory.
 */
export function readJpegHeader(bytes: Uint8Array): SniffResult {
  let progress: Progress = { scans: 0, metadataBytes: 0 };
  for (let index = 2; ;) {
    const end = markerEnd(bytes, index);
    const code = bytes[end - 1];
    if (end === -1 || code === undefined) return TRUNCATED;
    if (code === EOI) return finish(progress, end);
    if (code === SOI) return corrupt("The JPEG has a second start marker before its end marker.");
    if (end + 2 > bytes.length) return TRUNCATED;
    const length = (bytes[end] ?? 0) * 256 + (bytes[end + 1] ?? 0);
    if (length < 2) return corrupt("A segment of the JPEG is shorter than its own length field.");
    if (end + length > bytes.length) return TRUNCATED;
    const next = advance(progress, code, new DataView(bytes.buffer, bytes.byteOffset + end, length));
    if ("refused" in next) return next;
    progress = next;
    index = end + length;
  }
}

/** Returns the index after the next marker's code byte, or -1. Stuffed bytes, restart markers and garbage between segments are skipped. */
function markerEnd(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at !== -1) {
    while (bytes[at] === 0xff) at += 1;
    const code = bytes[at];
    if (code === undefined) return -1;
    at += 1;
    const isRestart = code >= 0xd0 && code <= 0xd7;
    if (code > 0x01 && !isRestart) return at;
    at = bytes.indexOf(0xff, at);
  }
  return -1;
}

/** DHT, DAC, DQT, DNL and DRI, which the decoder reads or skips, whatever their content. */
const TABLES: ReadonlySet<number> = new Set([0xc4, 0xcc, 0xdb, 0xdc, 0xdd]);

/** Returns whether a marker code is APP0 to APP15 or COM. */
function isMetadata(code: number): boolean {
  return (code >= 0xe0 && code <= 0xef) || code === 0xfe;
}

function advance(progress: Progress, code: number, segment: DataView): Progress | Refusal {
  const { frame, scans } = progress;
  if (TABLES.has(code)) return progress;
  if (isMetadata(code)) return addMetadata(progress, code, segment);
  if (isFrame(code)) {
    if (frame !== undefined) return corrupt("The JPEG has a second frame.");
    const result = readFrame(code, segment);
    return "refused" in result ? result : { ...progress, frame: result };
  }
  if (code !== SOS) return corrupt(`The JPEG has a segment of the unknown kind ${code}.`);
  if (frame === undefined) return corrupt("The JPEG's image data comes before its size.");
  if (!isScanOf(segment, frame)) return corrupt("A scan of the JPEG does not belong to its frame.");
  if (scans === MAX_JPEG_SCANS) return corrupt(`The JPEG has more than ${MAX_JPEG_SCANS} scans.`);
  return { ...progress, scans: scans + 1 };
}

const APP1 = 0xe1;

/** Adds an application or comment segment; `segment` begins with its length (2 bytes). EXIF data is used only before the first scan. */
function addMetadata({ orientation, ...progress }: Progress, code: number, segment: DataView): Progress {
  const data = new Uint8Array(segment.buffer, segment.byteOffset + 2, segment.byteLength - 2);
  const isFirstExif = orientation === undefined && code === APP1 && progress.scans === 0 && hasExifPrefix(data);
  const current = isFirstExif ? exifOrientation(data) : orientation;
  const metadataBytes = progress.metadataBytes + segment.byteLength;
  return { ...progress, metadataBytes, ...(current !== undefined && { orientation: current }) };
}

/** Checks the whole file; `end` is its length including the end marker. */
function finish({ frame, scans, metadataBytes, orientation = 1 }: Progress, end: number): SniffResult {
  if (frame === undefined || scans === 0) return NO_PICTURE;
  const { width, height } = frame.header;
  const maxBytes = (width + BLOCK_PADDING) * (height + BLOCK_PADDING) * MAX_JPEG_BYTES_PER_PIXEL + TABLES_BYTES;
  return end - metadataBytes > maxBytes
    ? corrupt("The JPEG contains more data than its dimensions allow.")
    : applyOrientation(frame.header, orientation);
}
