import { joinBytes, packLzw } from "./image-bytes.ts";
import type { Random } from "./random.ts";

const SCREEN_BYTES = 13;
const EXTENSION = 0x21;
const IMAGE_SEPARATOR = 0x2c;
const TRAILER = Uint8Array.of(0x3b);

const bytes16 = (value: number): readonly number[] => [value & 255, value >> 8];

/** A colour table of 2^bits colours. */
function colourTable(random: Random, bits: number): Uint8Array {
  return random.bytes(3 * 2 ** bits);
}

interface FrameOptions {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
}

function frame(random: Random, { width, height, bits }: FrameOptions, left = 0, top = 0): Uint8Array {
  const hasTable = random.once(3);
  const flags = (hasTable ? 0x80 | (bits - 1) : 0) | (random.once(3) ? 0x40 : 0);
  const values = Array.from({ length: width * height }, () => random.below(2 ** bits));
  const descriptor = [left, top, width, height].flatMap(bytes16);
  const minimumCodeSize = Math.max(2, bits);
  return joinBytes(
    Uint8Array.of(IMAGE_SEPARATOR, ...descriptor, flags),
    hasTable ? colourTable(random, bits) : new Uint8Array(),
    Uint8Array.of(minimumCodeSize),
    packLzw(values, minimumCodeSize, 1 + random.below(255)),
  );
}

/** An extension of any kind but graphic control, with at least one block. */
function extension(random: Random): Uint8Array {
  const blocks = Array.from({ length: 1 + random.below(3) }, () => random.bytes(1 + random.below(40)));
  const label = random.pick([0x01, 0xfe, 0xff, 0x2a]);
  return joinBytes(
    Uint8Array.of(EXTENSION, label),
    ...blocks.flatMap((block) => [Uint8Array.of(block.length), block]),
    new Uint8Array(1),
  );
}

function graphicControl(random: Random, transparent: number): Uint8Array {
  return Uint8Array.of(EXTENSION, 0xf9, 4, 1, ...bytes16(random.below(50)), transparent, 0);
}

/** Zero bytes, or any that begin no block. */
function gap(random: Random): Uint8Array {
  const length = random.below(random.once(8) ? 300 : 6);
  if (random.once(2)) return new Uint8Array(length);
  return random.bytes(length).map((byte) => ([EXTENSION, IMAGE_SEPARATOR, TRAILER[0]].includes(byte) ? 0 : byte));
}

/** A GIF without malformations, and one with the same first frame. */
export interface GifPair {
  readonly control: Uint8Array<ArrayBuffer>;
  readonly malformed: Uint8Array<ArrayBuffer>;
}

/**
 * Returns a GIF with gaps between its blocks (three of four), a frame that reaches beyond the screen (one of four), or an end that is
 * missing, in the first frame or after it (one of three). A frame that leaves a part of the screen free has a transparent colour.
 */
export function malformedGif(random: Random): GifPair {
  const [width, height, bits] = [1 + random.below(24), 1 + random.below(18), 1 + random.below(8)];
  const [left, top] = random.once(3) ? [random.below(9), random.below(9)] : [0, 0];
  const isPlaced = left + top > 0;
  const blocks = [
    ...Array.from({ length: random.below(3) }, () => extension(random)),
    ...(isPlaced || random.once(3) ? [graphicControl(random, random.below(2 ** bits))] : []),
    ...(random.once(4) ? [extension(random)] : []),
    frame(random, { width, height, bits }, left, top),
  ];
  const later = Array.from({ length: random.below(3) }, () => frame(random, { width: 3, height: 2, bits }));
  const whole = [left + width, top + height];
  const sides = random.once(4)
    ? random.pick([
        [0, 0],
        [0, whole[1] ?? 0],
        [1, 1],
      ])
    : whole;
  const version = random.pick(["GIF87a", "GIF89a"]);
  const head = (screen: readonly number[]) =>
    joinBytes(new TextEncoder().encode(version), Uint8Array.of(...screen.flatMap(bytes16), 0x80 | (bits - 1), 0, 0));
  const table = colourTable(random, bits);
  const control = joinBytes(head(whole), table, ...blocks, TRAILER);
  const hasGaps = !random.once(4);
  const gaps = () => (hasGaps ? gap(random) : new Uint8Array());
  const malformed = joinBytes(
    head(sides),
    table,
    ...[...blocks, ...later].flatMap((block) => [gaps(), block]),
    gaps(),
    TRAILER,
  );
  const firstEnd = malformed.length - later.reduce((sum, { length }) => sum + length, 0) - 1;
  const cut = random.pick([
    malformed.length - 1,
    firstEnd + random.below(malformed.length - firstEnd),
    SCREEN_BYTES + random.below(malformed.length - SCREEN_BYTES),
  ]);
  return { control, malformed: random.once(3) ? malformed.slice(0, cut) : malformed };
}
