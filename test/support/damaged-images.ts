import { zlibSync } from "fflate";
import { ihdr, pngChunk, pngOf } from "./image-bytes.ts";
import { PNG_KINDS, rowLengths } from "./image-bombs.ts";
import type { Random } from "./random.ts";

/** Returns a PNG with right checksums and random rows, in which the filters, the zlib stream or its length are sometimes wrong. */
export function randomPng(random: Random): Uint8Array<ArrayBuffer> {
  const [colourType, bitDepth] = random.pick(PNG_KINDS);
  const png = { width: 1 + random.below(40), height: 1 + random.below(40), colourType, bitDepth };
  const isInterlaced = random.once(2);
  const rows = rowLengths({ ...png, isInterlaced }).flatMap((length) => [
    random.once(300) ? random.below(256) : random.below(5),
    ...random.bytes(length),
  ]);
  const excess = random.once(8) ? random.bytes(random.below(300)) : [];
  const stream = zlibSync(Uint8Array.from([...rows, ...excess]), { level: random.pick([0, 1, 6]) });
  if (random.once(3)) stream[random.below(stream.length)] = random.below(256);
  const length = random.once(6) ? stream.length - random.below(12) : stream.length;
  const palette = colourType === 3 ? [pngChunk("PLTE", random.bytes(3 * (1 + random.below(256))))] : [];
  return pngOf(
    ihdr(png.width, png.height, bitDepth, colourType, isInterlaced ? 1 : 0),
    ...palette,
    ...(random.once(3) ? [pngChunk("tRNS", random.bytes(random.pick([1, 2, 6, 20])))] : []),
    pngChunk("IDAT", stream.subarray(0, length)),
  );
}

const VALUES = [0, 1, 4, 0x10, 0x3f, 0x40, 0x7f, 0x80, 0xff] as const;

/** Returns a file with a few bytes changed, removed or repeated, half of them in its first 700 bytes, where headers and tables are. */
export function damagedFile(random: Random, file: Uint8Array): Uint8Array<ArrayBuffer> {
  let bytes = Uint8Array.from(file);
  const changes = random.pick([1, 1, 2, 4, 16]);
  for (let change = 0; change < changes; change += 1) {
    const at = random.below(random.once(2) ? bytes.length : Math.min(bytes.length, 700));
    const count = random.pick([1, 2, 16, 300]);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    bytes = random.pick([
      () => bytes.with(at, random.pick(VALUES)),
      () => bytes.with(at, random.below(256)),
      () => Uint8Array.from([...before, ...after.subarray(count)]),
      () => Uint8Array.from([...before, ...after.subarray(0, count), ...after]),
    ])();
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}
