import { joinBytes, jpegSegment } from "./image-bytes.ts";
import type { Random } from "./random.ts";

/** Offsets in a JPEG without malformations. */
interface Places {
  /** Of each restart marker. */
  readonly restarts: readonly number[];
  /** Of the marker after each scan's data; the last is the EOI marker. */
  readonly scanEnds: readonly number[];
  /** Of the first scan's data. */
  readonly data: number;
}

function isRestart(jpeg: Uint8Array, at: number): boolean {
  const code = jpeg[at + 1] ?? 0;
  return jpeg[at] === 0xff && code >= 0xd0 && code <= 0xd7;
}

function placesOf(jpeg: Uint8Array): Places {
  const restarts: number[] = [];
  const scanEnds: number[] = [];
  let data = 0;
  for (let at = 2; jpeg[at + 1] !== 0xd9;) {
    const isScan = jpeg[at + 1] === 0xda;
    at += 2 + (jpeg[at + 2] ?? 0) * 256 + (jpeg[at + 3] ?? 0);
    if (!isScan) continue;
    if (data === 0) data = at;
    for (; jpeg[at] !== 0xff || jpeg[at + 1] === 0 || isRestart(jpeg, at); at += 1) {
      if (isRestart(jpeg, at)) restarts.push(at);
    }
    scanEnds.push(at);
  }
  return { restarts, scanEnds, data };
}

/** Bytes that libjpeg skips before any marker. */
function harmlessBytes(random: Random): Uint8Array {
  const plain = random.bytes(1 + random.below(random.once(10) ? 700 : 12)).map((byte) => Math.min(byte, 0xfe));
  const stuffed = Uint8Array.of(0xff, 0, ...random.bytes(2).map((byte) => byte & 0x7f));
  const fill = new Uint8Array(random.below(3)).fill(0xff);
  return joinBytes(...(random.once(4) ? [plain, stuffed, fill] : [plain]));
}

/** Bytes with a marker in them: a reserved one, a restart marker, or any. */
function bytesWithMarker(random: Random): Uint8Array {
  const code = random.pick([1 + random.below(0xbf), 0xd0 + random.below(8), random.below(256)]);
  return joinBytes(random.bytes(random.below(4)), Uint8Array.of(0xff, code), random.bytes(random.below(4)));
}

/** Returns the places that have stray bytes: all, some or one before a restart marker, those after a scan, or both. */
function strayPlaces(random: Random, { restarts, scanEnds }: Places): readonly number[] {
  const some = restarts.filter(() => random.once(3));
  const one = [random.pick([scanEnds[0] ?? 0, ...restarts])];
  const chosen = random.pick([restarts, some, one, scanEnds, [...restarts, ...scanEnds]]);
  return chosen.length > 0 ? chosen : one;
}

function inserted(jpeg: Uint8Array, places: readonly number[], bytes: () => Uint8Array): Uint8Array<ArrayBuffer> {
  const sorted = [...places].sort((left, right) => left - right);
  const parts = sorted.flatMap((at, index) => [jpeg.subarray(sorted[index - 1] ?? 0, at), bytes()]);
  return joinBytes(...parts, jpeg.subarray(sorted.at(-1) ?? 0));
}

function without(jpeg: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  return joinBytes(jpeg.subarray(0, from), jpeg.subarray(to));
}

const EOI = Uint8Array.of(0xff, 0xd9);

/** Removes something from a JPEG, or repeats it. */
function damaged(random: Random, jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  const { restarts, data } = placesOf(jpeg);
  const at = data + random.below(jpeg.length - 2 - data);
  const index = random.below(Math.max(1, restarts.length));
  const restart = restarts[index] ?? data;
  const next = restarts[index + 1] ?? jpeg.length - 2;
  return random.pick([
    () => jpeg.slice(0, at),
    () => joinBytes(jpeg.subarray(0, at), EOI),
    () => jpeg.slice(0, -2),
    () => joinBytes(jpeg.subarray(0, -2), random.bytes(random.below(60))),
    () => without(jpeg, at, Math.min(jpeg.length - 2, at + 1 + random.below(9))),
    () => without(jpeg, restart, restart + 2),
    () => without(jpeg, restart, next),
    () => joinBytes(jpeg.subarray(0, next), jpeg.subarray(restart, next), jpeg.subarray(next)),
  ])();
}

/**
 * Returns a malformed JPEG: six of ten have bytes in places where libjpeg skips any bytes, one has bytes with a marker there, one has both
 * damage and such bytes, and two are damaged.
 */
export function malformedJpeg(random: Random, jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  const places = placesOf(jpeg);
  const withStrayBytes = () => inserted(jpeg, strayPlaces(random, places), () => harmlessBytes(random));
  const kind = random.below(10);
  if (kind < 6) return withStrayBytes();
  if (kind === 6) return inserted(jpeg, strayPlaces(random, places), () => bytesWithMarker(random));
  if (kind > 7) return damaged(random, jpeg);
  const whole = damaged(random, jpeg);
  const restarts = Array.from(whole, (_, at) => at).filter((at) => at > places.data && isRestart(whole, at));
  return inserted(whole, restarts, () => harmlessBytes(random));
}

/**
 * Returns a square, grey, progressive JPEG whose restart intervals are single blocks, with `strayBytes` before each restart marker: its first
 * scan has the highest bits of the first coefficient, and each other scan one more bit; all are zero. The interval `missing` of the last scan
 * has no bytes.
 */
export function greyJpeg(side: number, scans: number, strayBytes: number, missing = -1): Uint8Array<ArrayBuffer> {
  const blocks = (side / 8) ** 2;
  // The only Huffman code, two zero bits, says that no bits of the coefficient follow. Bytes are padded with ones.
  const [firstBits, nextBit] = [0x3f, 0x7f];
  const huffmanTable = [0, 0, 1, ...Array.from({ length: 14 }, () => 0), 0];
  const stray = Array.from({ length: strayBytes }, () => 1);
  const scanOf = (index: number): Uint8Array => {
    const bits = scans - 1 - index;
    const header = jpegSegment(0xda, [1, 1, 0, 0, 0, index === 0 ? bits : ((bits + 1) << 4) | bits]);
    const data = Array.from({ length: blocks }, (_, block) => {
      const isMissing = index === scans - 1 && block === missing;
      const bytes = isMissing ? [] : [index === 0 ? firstBits : nextBit, ...stray];
      return [...bytes, 0xff, 0xd0 + (block % 8)];
    });
    return joinBytes(header, Uint8Array.from(data.flat()).subarray(0, -2));
  };
  return joinBytes(
    Uint8Array.of(0xff, 0xd8),
    jpegSegment(0xdb, [0, ...Array.from({ length: 64 }, () => 1)]),
    jpegSegment(0xc2, [8, side >> 8, side & 255, side >> 8, side & 255, 1, 1, 0x11, 0]),
    jpegSegment(0xc4, huffmanTable),
    jpegSegment(0xdd, [0, 1]),
    ...Array.from({ length: scans }, (_, index) => scanOf(index)),
    EOI,
  );
}
