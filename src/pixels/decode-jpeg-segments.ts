const SOF2 = 0xc2;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP14 = 0xee;

/** DHT, DQT, DRI and the frames that are decoded. */
const KEPT: ReadonlySet<number> = new Set([0xc0, 0xc1, SOF2, 0xc4, 0xdb, 0xdd]);

const START = Uint8Array.of(0xff, 0xd8);
const END = Uint8Array.of(0xff, EOI);
/** What a scan of a frame that is not progressive has to say: all 64 coefficients, all their bits. */
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
 * A JPEG without all that is not its picture, in parts: tables, frame and scans, and of the rest only what the colours go
 * by (is it JFIF, what does Adobe's marker say), in the one spelling that libjpeg has no remark about.
 *
 * libjpeg prints the first of its warnings and swallows the others. Left in, a stray byte between two segments, a version
 * number that it does not know or the parameters of a scan that it ignores would be a warning, and the file could be cut
 * anywhere behind it. `bytes` have been read to their EOI marker; a file that ends before gives fewer parts.
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
    } else if (KEPT.has(code)) yield bytes.subarray(at, end);
    else if (!hasScan) yield* colours(code, bytes.subarray(at + 4, end));
    at = next;
  }
  yield END;
}

/** libjpeg's conditions (jdmarker.c: `examine_app0`, `examine_app14`); an unknown transform is YCbCr to it (jdapimin.c). */
function* colours(code: number, data: Uint8Array): Generator<Uint8Array> {
  if (code === APP0 && data.length >= 14 && startsWith(data, "JFIF\0")) yield JFIF;
  if (code === APP14 && data.length >= 12 && startsWith(data, "Adobe")) yield data[11] === 0 ? ADOBE_RGB : ADOBE_YCBCR;
}

function startsWith(data: Uint8Array, text: string): boolean {
  return latin1(text).every((byte, index) => data[index] === byte);
}

/** Index of the byte 0xff right before the code of the next marker that is no restart marker, or the file's length. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1] ?? 0;
    const isRestart = code >= 0xd0 && code <= 0xd7;
    if (code > 0x01 && code < 0xff && !isRestart) return at;
  }
  return bytes.length;
}

/** Where the fill bytes begin that stand before the marker at `at`. */
function fillStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (bytes[start - 1] === 0xff) start -= 1;
  return start;
}
