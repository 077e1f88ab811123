import { deflateSync } from "node:zlib";
import * as fc from "fast-check";
import { joinBytes, pngChunk, pngOf } from "../image-bytes.ts";
import { type Bytes, noise } from "./bytes.ts";
import { labelled, type Labelled, seldom, weighted } from "./labelled.ts";

interface Raster {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly isInterlaced: boolean;
  readonly filter: number;
}

/** The bit depths of each colour type; other pairs are invalid. */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const kinds = Object.entries(depths).flatMap(([colour, list]) => list.map((depth) => ({ colour: Number(colour), depth })));
const kind = seldom(
  15,
  fc.constantFrom(...kinds),
  fc.record({ colour: fc.constantFrom(1, 2, 3, 5, 6, 7, 255), depth: fc.constantFrom(0, 1, 3, 16, 32) }),
);
const side = seldom(8, fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 2, 300));

const raster: fc.Arbitrary<Raster> = fc
  .record({
    width: side,
    height: side,
    kind,
    isInterlaced: fc.boolean(),
    filter: seldom(20, fc.nat({ max: 4 }), fc.constantFrom(5, 255)),
  })
  .map(({ kind: { colour, depth }, ...rest }) => ({ ...rest, colour, depth }));

/** The passes of Adam7: start and step of the columns and rows. */
const passes = [
  [0, 8, 0, 8],
  [4, 8, 0, 8],
  [0, 4, 4, 8],
  [2, 4, 0, 4],
  [0, 2, 2, 4],
  [1, 2, 0, 2],
  [0, 1, 1, 2],
] as const;

/** Noise for the rows, each after its filter type. */
function rowsOf({ width, height, depth, colour, isInterlaced, filter }: Raster, seed: number): Bytes {
  const bits = depth * (channels[colour] ?? 1);
  const sizes = isInterlaced
    ? passes.map(([x, stepX, y, stepY]) => [Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)] as const)
    : [[width, height] as const];
  const rows = sizes.flatMap(([columns, lines], pass) => {
    if (columns <= 0 || lines <= 0) return [];
    const length = Math.ceil((columns * bits) / 8);
    return Array.from({ length: lines }, (_, line) => joinBytes(Uint8Array.of(filter), noise(length, seed + line + 999 * pass)));
  });
  return joinBytes(...rows);
}

/** How the data differ from what the header promises, in bytes: nearly always not at all. */
const surplus = weighted([14, fc.constant(0)], [1, fc.integer({ min: -9, max: 9 })], [1, fc.constant(5000)]);

/** The zlib stream in one chunk or many, whole or without its checksum. */
const packing = fc.record({
  chunkBytes: fc.constantFrom(100_000, 100_000, 50, 1),
  cut: seldom(20, fc.constant(0), fc.constantFrom(1, 4, 12)),
  level: fc.constantFrom(9, 0, 1),
});

function resized(rows: Bytes, difference: number): Bytes {
  const whole = new Uint8Array(Math.max(0, rows.length + difference));
  whole.set(rows.subarray(0, whole.length));
  return whole;
}

function header({ width, height, depth, colour, isInterlaced }: Raster): Uint8Array {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  data.set([depth, colour, 0, 0, isInterlaced ? 1 : 0], 8);
  return pngChunk("IHDR", data);
}

const palette = seldom(10, fc.integer({ min: 1, max: 256 }), fc.constantFrom(0, 257));

/** PNG files of every colour type, depth and interlacing, with noise for pixels; some with wrong depths, filters, palettes or lengths. */
export const generatedPng: fc.Arbitrary<Labelled<Bytes>> = labelled(
  "generated png",
  fc.tuple(raster, surplus, packing, palette, fc.integer()).map(([size, difference, { chunkBytes, cut, level }, colours, seed]) => {
    const rows = resized(rowsOf(size, seed), difference);
    const deflated = deflateSync(rows, { level });
    const stream = Uint8Array.from(deflated.subarray(0, deflated.length - cut));
    // At most 200 chunks, so that single bytes are for small files only.
    const length = Math.max(chunkBytes, Math.ceil(stream.length / 200));
    const chunks = Array.from({ length: Math.ceil(stream.length / length) }, (_, index) =>
      pngChunk("IDAT", stream.subarray(length * index, length * (index + 1))),
    );
    const table = size.colour === 3 ? [pngChunk("PLTE", noise(3 * colours, seed))] : [];
    return pngOf(header(size), ...table, ...chunks);
  }),
);
