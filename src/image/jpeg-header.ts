import { exifOrientation, hasExifPrefix, oriented } from "./exif.ts";
import { corrupt, type Refusal, type Sniffed } from "./header.ts";
import { isFrame, isScanOf, type JpegFrame, readFrame } from "./jpeg-frame.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;

/**
 * Most scans. Each passes over the whole picture, whatever it holds: 25,000 of 13 bytes took 49 seconds. Encoders write
 * up to 14 (libjpeg's own progressive script has 10).
 */
export const MAX_JPEG_SCANS = 100;

/**
 * Most bytes a pixel, beside what applications add: the worst that could be written (two-valued noise in 4:4:4 at quality
 * 100, fixed Huffman codes) has 4.2. The decoder holds them twice. The rest is for tables and for what fills up blocks.
 */
export const MAX_JPEG_BYTES_PER_PIXEL = 5;
const TABLES_BYTES = 64 * 1024;
const BLOCK_FILL = 31;

const NO_PICTURE = corrupt("The JPEG holds no picture.");
const TRUNCATED = corrupt("The JPEG ends before its end marker: only a part of the file is here.");

/** What has been read on the way. */
interface Progress {
  readonly frame?: JpegFrame;
  readonly scans: number;
  /** Bytes of the segments that the decoder is not given. */
  readonly added: number;
  /** What the first EXIF segment says. */
  readonly orientation?: number;
}

/**
 * Reads a JPEG that starts with its SOI marker. Never throws, never reads past the end, linear in the file's length.
 *
 * It goes from marker to marker exactly as libjpeg does, so that the frame found here is the one decoded later, and on
 * to the EOI marker: the decoder paints what is missing of a truncated file grey and reports success. Segments are
 * skipped by their length, so a thumbnail inside EXIF, which has an EOI of its own, is not taken for the end. What
 * follows the EOI (phones append depth maps and videos) is not looked at.
 *
 * Headers on which the decoder is sure to fail are refused here: a decoder that has failed is dropped with its memory.
 */
export function readJpegHeader(bytes: Uint8Array): Sniffed {
  let progress: Progress = { scans: 0, added: 0 };
  for (let at = 2; ;) {
    const end = markerEnd(bytes, at);
    const code = bytes[end - 1];
    if (end === -1 || code === undefined) return TRUNCATED;
    if (code === EOI) return finish(progress, end);
    if (code === SOI) return corrupt("The JPEG begins a second time before it has ended.");
    if (end + 2 > bytes.length) return TRUNCATED;
    const length = (bytes[end] ?? 0) * 256 + (bytes[end + 1] ?? 0);
    if (length < 2) return corrupt("A segment of the JPEG is shorter than its own length field.");
    if (end + length > bytes.length) return TRUNCATED;
    const next = advance(progress, code, new DataView(bytes.buffer, bytes.byteOffset + end, length));
    if ("refused" in next) return next;
    progress = next;
    at = end + length;
  }
}

/** Index after the next marker's code byte, or -1. Stuffed bytes, restart markers and garbage between segments are passed over. */
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

/** DHT, DAC, DQT, DNL and DRI, which the decoder reads or skips, whatever they hold. */
const TABLES: ReadonlySet<number> = new Set([0xc4, 0xcc, 0xdb, 0xdc, 0xdd]);

/** APP0 to APP15 and COM. */
function isAdded(code: number): boolean {
  return (code >= 0xe0 && code <= 0xef) || code === 0xfe;
}

function advance(progress: Progress, code: number, segment: DataView): Progress | Refusal {
  const { frame, scans } = progress;
  if (TABLES.has(code)) return progress;
  if (isAdded(code)) return withAdded(progress, code, segment);
  if (isFrame(code)) {
    if (frame !== undefined) return corrupt("The JPEG has a second frame.");
    const read = readFrame(code, segment);
    return "refused" in read ? read : { ...progress, frame: read };
  }
  if (code !== SOS) return corrupt(`The JPEG has a segment of the unknown kind ${code}.`);
  if (frame === undefined) return corrupt("The JPEG's picture data comes before its size.");
  if (!isScanOf(segment, frame)) return corrupt("A scan of the JPEG does not belong to its frame.");
  if (scans === MAX_JPEG_SCANS) return corrupt(`The JPEG has more than ${MAX_JPEG_SCANS} scans.`);
  return { ...progress, scans: scans + 1 };
}

const APP1 = 0xe1;

/** `segment` begins with its length (2 bytes). EXIF data count where they come before the picture's. */
function withAdded({ orientation, ...progress }: Progress, code: number, segment: DataView): Progress {
  const data = new Uint8Array(segment.buffer, segment.byteOffset + 2, segment.byteLength - 2);
  const isFirstExif = orientation === undefined && code === APP1 && progress.scans === 0 && hasExifPrefix(data);
  const found = isFirstExif ? exifOrientation(data) : orientation;
  const added = progress.added + segment.byteLength;
  return { ...progress, added, ...(found !== undefined && { orientation: found }) };
}

/** `end` is the file's length up to the end marker. */
function finish({ frame, scans, added, orientation = 1 }: Progress, end: number): Sniffed {
  if (frame === undefined || scans === 0) return NO_PICTURE;
  const { width, height } = frame.header;
  const most = (width + BLOCK_FILL) * (height + BLOCK_FILL) * MAX_JPEG_BYTES_PER_PIXEL + TABLES_BYTES;
  return end - added > most
    ? corrupt("The JPEG holds more data than its size can need.")
    : oriented(frame.header, orientation);
}
