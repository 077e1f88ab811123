import { corrupt, type Refusal } from "./header.ts";
import { isFrame, type JpegFrame, readFrame } from "./jpeg-frame.ts";
import { MARKERS, nextSegmentMarker, restartIntervals } from "./jpeg-markers.ts";
import { blocksOf, fewestBits, type JpegScan, readScan, restartsOf } from "./jpeg-scan.ts";
import { addHuffmanTables, addQuantisationTables, hasTables, type JpegTables, NO_TABLES } from "./jpeg-tables.ts";

/** What the segments until here say about those that follow. */
interface Context {
  readonly frame: JpegFrame | undefined;
  /** MCUs between two restart markers; 0 stands for no markers. */
  readonly restartInterval: number;
  readonly tables: JpegTables;
  /**
   * Whether the first scan has all components of a frame that is not progressive: libjpeg fails on a second scan then (jdinput.c). `undefined`
   * before the first scan.
   */
  readonly isSingleScan: boolean | undefined;
}

/** A marker segment. */
export interface JpegSegment {
  readonly code: number;
  /** Offsets of its length field, after its data, and after those of its scan, if it begins one. */
  readonly start: number;
  readonly end: number;
  readonly next: number;
  readonly context: Context;
  /** The scan that it begins, and the numbers of restart markers in the scan's data and of its blocks. */
  readonly scan: (JpegScan & { readonly restarts: number; readonly blocks: number }) | undefined;
}

/** The end of what is read. */
interface JpegEnd {
  /** Offset after the EOI marker, or where the file is refused or ends. */
  readonly end: number;
  /** Why nothing more is read, unless an EOI marker was found. */
  readonly refusal?: Refusal;
}

const SOI_BYTES = 2;
const DRI_BYTES = 4;

const TRUNCATED = corrupt("The JPEG ends before its end marker: only a part of the file is here.");

/** DAC and DNL, which the decoder skips: arithmetic coding is not supported, and DNL gives a height that is known. */
const SKIPPED: ReadonlySet<number> = new Set([MARKERS.dac, MARKERS.dnl]);

/** How the tables of a segment are read, by its marker code. */
const TABLES: ReadonlyMap<number, typeof addHuffmanTables> = new Map([
  [MARKERS.dht, addHuffmanTables],
  [MARKERS.dqt, addQuantisationTables],
]);

/** Returns whether a marker code is APP0 to APP15 or COM. */
export function isMetadata(code: number): boolean {
  return (code >= MARKERS.app0 && code <= MARKERS.app15) || code === MARKERS.com;
}

/**
 * Yields the segments of a JPEG in order and returns its end; `bytes` start with the SOI marker. Never throws, never reads past the end,
 * linear in the file's length.
 *
 * It reads from marker to marker exactly as libjpeg does, so that the header check and the decoder find the same frame and scans. Segments
 * are skipped by their length, so the EOI of a thumbnail inside EXIF is not mistaken for the end. Reading stops where libjpeg always fails,
 * and after a scan that lacks a restart marker.
 */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment, JpegEnd> {
  let context: Context = { frame: undefined, restartInterval: 0, tables: NO_TABLES, isSingleScan: undefined };
  for (let at = SOI_BYTES; ;) {
    const segment = segmentAt(bytes, nextSegmentMarker(bytes, at), context);
    if (!("code" in segment)) return segment;
    yield segment;
    ({ context, next: at } = segment);
  }
}

/** Reads the segment whose marker code is at offset `marker`. */
function segmentAt(bytes: Uint8Array, marker: number, context: Context): JpegSegment | JpegEnd {
  const code = bytes[marker];
  const start = marker + 1;
  if (code === MARKERS.eoi) return { end: start };
  if (code === undefined || start + 2 > bytes.length) return { end: bytes.length, refusal: TRUNCATED };
  if (code === MARKERS.soi) return { end: start, refusal: corrupt("The JPEG has a second start marker.") };
  const length = (bytes[start] ?? 0) * 256 + (bytes[start + 1] ?? 0);
  if (length < 2) return { end: start, refusal: corrupt("A segment of the JPEG is shorter than its length field.") };
  const end = start + length;
  if (end > bytes.length) return { end: bytes.length, refusal: TRUNCATED };
  if (SKIPPED.has(code) || isMetadata(code)) return { code, start, end, next: end, context, scan: undefined };
  const data = new DataView(bytes.buffer, bytes.byteOffset + start, length);
  if (code === MARKERS.sos) return scanAt(bytes, { start, end, data }, context);
  const changed = read(code, data, context);
  return "refused" in changed
    ? { end: start, refusal: changed }
    : { code, start, end, next: end, context: changed, scan: undefined };
}

/** Reads a segment that says something about later ones; `data` begin with the segment's length (2 bytes). */
function read(code: number, data: DataView, context: Context): Context | Refusal {
  if (code === MARKERS.dri) {
    return data.byteLength === DRI_BYTES
      ? { ...context, restartInterval: data.getUint16(2) }
      : corrupt("The JPEG's restart interval is invalid.");
  }
  const addTables = TABLES.get(code);
  if (addTables !== undefined) {
    const tables = addTables(context.tables, new Uint8Array(data.buffer, data.byteOffset + 2, data.byteLength - 2));
    return tables === undefined ? corrupt("A table of the JPEG is invalid.") : { ...context, tables };
  }
  if (!isFrame(code)) return corrupt(`The JPEG has a segment of the unknown kind ${code}.`);
  if (context.frame !== undefined) return corrupt("The JPEG has a second frame.");
  const frame = readFrame(code, data);
  return "refused" in frame ? frame : { ...context, frame };
}

interface ScanHeader {
  readonly start: number;
  readonly end: number;
  readonly data: DataView;
}

function scanAt(bytes: Uint8Array, { start, end, data }: ScanHeader, context: Context): JpegSegment | JpegEnd {
  const refuse = (reason: string): JpegEnd => ({ end: start, refusal: corrupt(reason) });
  const { frame, restartInterval, tables } = context;
  if (frame === undefined) return refuse("The JPEG's image data comes before its size.");
  if (context.isSingleScan === true) return refuse("The JPEG has a second scan.");
  const header = readScan(data, frame);
  if (header === undefined) return refuse("A scan of the JPEG does not belong to its frame.");
  if (!hasTables(header, frame, tables)) return refuse("A scan of the JPEG lacks a valid table.");
  const blocks = blocksOf(header, frame);
  const scan = { ...header, blocks, restarts: restartsOf(header, frame, restartInterval) };
  const next = scanEnd(bytes, end, scan.restarts);
  if (next === undefined) return refuse("The JPEG lacks a restart marker.");
  if ((next - end) * 8 < fewestBits(header, frame, blocks)) return refuse("A scan of the JPEG is incomplete.");
  const { isSingleScan = !frame.isProgressive && header.components.length === frame.components.size } = context;
  return { code: MARKERS.sos, start, end, next, context: { ...context, isSingleScan }, scan };
}

/** Returns the offset after a scan's data; `undefined` if a restart marker is missing. */
function scanEnd(bytes: Uint8Array, start: number, restarts: number): number | undefined {
  let intervals = 0;
  let end = start;
  for (const { next } of restartIntervals(bytes, start, restarts)) {
    intervals += 1;
    end = next;
  }
  return intervals === restarts + 1 ? end : undefined;
}
