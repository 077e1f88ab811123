const SOF2 = 0xc2;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP14 = 0xee;

/** Segments that are copied: DHT, DQT, DRI and the frames that the decoder supports. */
const COPIED: ReadonlySet<number> = new Set([0xc0, 0xc1, SOF2, 0xc4, 0xdb, 0xdd]);

const START = Uint8Array.of(0xff, 0xd8);
const END = Uint8Array.of(0xff, EOI);
/** The scan parameters that a non-progressive frame requires: all 64 coefficients, all their bits. */
const ALL_COEFFICIENTS = Uint8Array.of(0, 63, 0);

const JFIF = segment(APP0, [...latin1("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0]);
const ADOBE_RGB = segment(APP14, [...latin1("Adobe"), 0, 100, 0, 0, 0, 0, 0]);
const ADOBE_YCBCR = segment(APP14, [...latin1("Adobe"), 0, 100, 0, 0, 0, 0, 1]);

function segment(code: number, data: readonly number[]): Uint8Array {
  return Uint8Array.of(0xff, code, 0, data.length + 2, ...data);
}

function latin1(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * Yields the parts of a JPEG that determine the image: tables, frame and scans. Of all other segments it keeps only those that
 * determine the colour space (JFIF, Adobe's transform), rewritten to the form for which libjpeg prints no warning.
 *
 * libjpeg prints only the first of its warnings. If a stray byte between two segments, an unknown version number or ignored scan
 * parameters caused that warning, the file could be truncated anywhere after it without being detected. The header check has
 * read `bytes` up to the EOI marker; a file that ends before it yields fewer parts.
 */
export function* imageSegments(bytes: Uint8Array): Generator<Uint8Array> {
  yield START;
  let isProgressive = false;
  let hasScan = false;
  for (let at = nextMarker(bytes, 2); at < bytes.length && bytes[at + 1] !== EOI;) {
    const code = bytes[at + 1] ?? 0;
    const end = at + 2 + (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    const next = nextMarker(bytes, end);
    isProgressive ||= code === SOF2;
    hasScan ||= code === SOS;
    if (code === SOS && isProgressive) yield bytes.subarray(at, fillStart(bytes, next));
    else if (code === SOS) {
      yield bytes.subarray(at, end - ALL_COEFFICIENTS.length);
      yield ALL_COEFFICIENTS;
      yield bytes.subarray(end, fillStart(bytes, next));
    } else if (COPIED.has(code)) yield bytes.subarray(at, end);
    else if (!hasScan) yield* colourSegments(code, bytes.subarray(at + 4, end));
    at = next;
  }
  yield END;
}

/** Uses libjpeg's conditions (jdmarker.c: `examine_app0`, `examine_app14`). libjpeg treats an unknown transform as YCbCr (jdapimin.c). */
function* colourSegments(code: number, data: Uint8Array): Generator<Uint8Array> {
  if (code === APP0 && data.length >= 14 && startsWith(data, "JFIF\0")) yield JFIF;
  if (code === APP14 && data.length >= 12 && startsWith(data, "Adobe")) yield data[11] === 0 ? ADOBE_RGB : ADOBE_YCBCR;
}

function startsWith(data: Uint8Array, text: string): boolean {
  return latin1(text).every((byte, index) => data[index] === byte);
}

/** Offset of the 0xff directly before the code of the next marker that is not a restart marker; the file length if there is none. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1] ?? 0;
    const isRestart = code >= 0xd0 && code <= 0xd7;
    if (code > 0x01 && code < 0xff && !isRestart) return at;
  }
  return bytes.length;
}

/** Offset of the first fill byte before the marker at `at`. */
function fillStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (bytes[start - 1] === 0xff) start -= 1;
  return start;
}
