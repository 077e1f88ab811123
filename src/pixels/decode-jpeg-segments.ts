import { MARKERS, restartIntervals } from "../image/jpeg-markers.ts";
import { type JpegSegment, jpegSegments } from "../image/jpeg-segments.ts";

/** Segments that are copied: tables and the frames that the decoder supports. */
const COPIED: ReadonlySet<number> = new Set([
  MARKERS.sof0,
  MARKERS.sof1,
  MARKERS.sof2,
  MARKERS.dht,
  MARKERS.dqt,
  MARKERS.dri,
]);

const MARKER_BYTES = 2;
const START = marker(MARKERS.soi);
const END = marker(MARKERS.eoi);
/** The scan parameters that a non-progressive frame requires: all 64 coefficients, all their bits. */
const ALL_COEFFICIENTS = Uint8Array.of(0, 63, 0);

const JFIF = segment(MARKERS.app0, [...latin1("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0]);
const ADOBE_RGB = segment(MARKERS.app14, [...latin1("Adobe"), 0, 100, 0, 0, 0, 0, 0]);
const ADOBE_YCBCR = segment(MARKERS.app14, [...latin1("Adobe"), 0, 100, 0, 0, 0, 0, 1]);

function marker(code: number): Uint8Array {
  return Uint8Array.of(0xff, code);
}

function segment(code: number, data: readonly number[]): Uint8Array {
  return Uint8Array.of(0xff, code, 0, data.length + 2, ...data);
}

function latin1(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * Yields the parts of a JPEG that determine the image: tables, frame and scans. Of all other segments it keeps only those that
 * determine the colour space (JFIF, Adobe's transform), rewritten to the form for which libjpeg prints no warning. What lies between
 * segments is left out, and what libjpeg skips between restart intervals.
 *
 * The file ends with an EOI marker where the header check has stopped reading.
 */
export function* imageSegments(bytes: Uint8Array): Generator<Uint8Array> {
  yield START;
  let hasScan = false;
  for (const found of jpegSegments(bytes)) {
    const { code, start, end, scan } = found;
    hasScan ||= scan !== undefined;
    if (scan !== undefined) {
      yield* scanHeader(bytes, found);
      yield* scanData(bytes, end, scan.restarts);
    } else if (COPIED.has(code)) {
      yield marker(code);
      yield bytes.subarray(start, end);
    } else if (!hasScan) {
      const rewritten = colourSegment(code, bytes.subarray(start + 2, end));
      if (rewritten !== undefined) yield rewritten;
    }
  }
  yield END;
}

function* scanHeader(bytes: Uint8Array, { code, start, end, context }: JpegSegment): Generator<Uint8Array> {
  yield marker(code);
  if (context.frame?.isProgressive === true) yield bytes.subarray(start, end);
  else {
    yield bytes.subarray(start, end - ALL_COEFFICIENTS.length);
    yield ALL_COEFFICIENTS;
  }
}

/** Yields a scan's data with its restart markers, in one part unless something is skipped before a marker. */
function* scanData(bytes: Uint8Array, start: number, restarts: number): Generator<Uint8Array> {
  let from = start;
  let index = 0;
  for (const { end, next } of restartIntervals(bytes, start, restarts)) {
    const markerStart = index < restarts ? next - MARKER_BYTES : next;
    if (end < markerStart || index === restarts) {
      yield bytes.subarray(from, end);
      from = markerStart;
    }
    index += 1;
  }
}

/** Uses libjpeg's conditions (jdmarker.c: `examine_app0`, `examine_app14`). libjpeg treats an unknown transform as YCbCr (jdapimin.c). */
function colourSegment(code: number, data: Uint8Array): Uint8Array | undefined {
  if (code === MARKERS.app0 && data.length >= 14 && startsWith(data, "JFIF\0")) return JFIF;
  if (code !== MARKERS.app14 || data.length < 12 || !startsWith(data, "Adobe")) return undefined;
  return data[11] === 0 ? ADOBE_RGB : ADOBE_YCBCR;
}

function startsWith(data: Uint8Array, text: string): boolean {
  return latin1(text).every((byte, index) => data[index] === byte);
}
