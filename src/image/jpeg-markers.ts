/** Marker codes (ITU T.81, table B.1). */
export const MARKERS = {
  sof0: 0xc0,
  sof1: 0xc1,
  sof2: 0xc2,
  dht: 0xc4,
  dac: 0xcc,
  rst0: 0xd0,
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  dqt: 0xdb,
  dnl: 0xdc,
  dri: 0xdd,
  app0: 0xe0,
  app1: 0xe1,
  app14: 0xee,
  app15: 0xef,
  com: 0xfe,
} as const;

/** Marker codes below this one are reserved. */
const FIRST_DEFINED = 0xc0;
/** There are eight restart markers, used in turn. */
const RESTARTS = 8;

/** Returns whether a marker code is RST0 to RST7. */
function isRestart(code: number): boolean {
  return code >= MARKERS.rst0 && code < MARKERS.rst0 + RESTARTS;
}

/**
 * Returns the offset of the code byte of the next marker, or the file's length. Skips other bytes, fill bytes (0xff) and stuffed ones (a
 * zero after them).
 */
function nextMarker(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at !== -1) {
    while (bytes[at] === 0xff) at += 1;
    if (bytes[at] !== 0) return at;
    at = bytes.indexOf(0xff, at);
  }
  return bytes.length;
}

/**
 * Returns the offset of the code byte of the next marker between segments, or the file's length. As in libjpeg (`read_markers` in
 * jdmarker.c), restart markers and TEM (0x01) are skipped there.
 */
export function nextSegmentMarker(bytes: Uint8Array, from: number): number {
  let at = nextMarker(bytes, from);
  while (at < bytes.length && (bytes[at] === 0x01 || isRestart(bytes[at] ?? 0))) at = nextMarker(bytes, at);
  return at;
}

/** Data between two restart markers, or of a whole scan without any. */
export interface RestartInterval {
  /** Offsets of the first byte, and after the last one before the next marker and its fill bytes. */
  readonly start: number;
  readonly end: number;
  /** Offset at which the next interval begins; of the last one, that of the marker after the scan. */
  readonly next: number;
}

/**
 * Yields the `restarts` + 1 intervals of a scan whose data begin at `start`; fewer if an interval's restart marker is missing, which leaves
 * a gap in the image.
 *
 * Which marker ends an interval is decided as libjpeg does (`jpeg_resync_to_restart` in jdmarker.c): reserved markers and the two previous
 * restart markers before the expected one are skipped. What is skipped is no part of the interval; stray bytes before the first marker are,
 * since only decoding can tell them from data.
 */
export function* restartIntervals(bytes: Uint8Array, start: number, restarts: number): Generator<RestartInterval> {
  let at = start;
  for (let index = 0; index < restarts; index += 1) {
    const first = nextMarker(bytes, at);
    let found = first;
    while (found < bytes.length && isSkipped(bytes[found] ?? 0, index)) found = nextMarker(bytes, found);
    if (bytes[found] !== restartCode(index)) return;
    yield { start: at, end: fillStart(bytes, first), next: found + 1 };
    at = found + 1;
  }
  const end = fillStart(bytes, nextMarker(bytes, at));
  yield { start: at, end, next: end };
}

/** Returns the code of the restart marker after the interval `index`. */
function restartCode(index: number): number {
  return MARKERS.rst0 + (index % RESTARTS);
}

function isSkipped(code: number, index: number): boolean {
  return (
    code < FIRST_DEFINED || code === restartCode(index + RESTARTS - 1) || code === restartCode(index + RESTARTS - 2)
  );
}

/** Returns the offset of the first fill byte before a marker's code. */
function fillStart(bytes: Uint8Array, code: number): number {
  let start = code;
  while (bytes[start - 1] === 0xff) start -= 1;
  return start;
}
