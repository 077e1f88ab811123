import { deflateSync } from "node:zlib";
import * as fc from "fast-check";
import { MAX_IMAGE_BYTES } from "../../../src/image/image.ts";
import { ihdr, joinBytes, jpegSegments, pngChunk, pngOf } from "../image-bytes.ts";
import { riffChunk } from "../metadata-bytes.ts";
import { latin1 } from "../text-bytes.ts";
import { type Bytes, noise } from "./bytes.ts";
import { fileOf, piecesOf } from "./image-pieces.ts";
import { labelled, type Labelled, weighted } from "./labelled.ts";
import { seedImages } from "./seed-images.ts";

/** Bytes that a small compressed stream inflates to: too many for an isolate, and deflated in a tenth of a second. */
const INFLATED_BYTES = 30_000_000;
const bomb = Uint8Array.from(deflateSync(new Uint8Array(INFLATED_BYTES), { level: 9 }));
const bilevelRows = Uint8Array.from(deflateSync(new Uint8Array(20_000 * 2501), { level: 9 }));
const emptyData = Uint8Array.from(deflateSync(new Uint8Array(0)));

const [png = new Uint8Array()] = seedImages.png;
const [jpeg = new Uint8Array()] = seedImages.jpeg.slice(2);
const [gif = new Uint8Array()] = seedImages.gif.slice(1);
const [lossy = new Uint8Array()] = seedImages.webp.slice(1);

const side = fc.constantFrom(
  0,
  1,
  1415,
  16_383,
  16_384,
  16_385,
  20_000,
  65_535,
  100_000,
  0x7fffffff,
  0x80000000,
  0xffffffff,
);
const sides = fc.tuple(side, side);

/** Writes numbers of two bytes into a copy. */
function with16(bytes: Uint8Array, at: number, values: readonly number[], isLittle: boolean): Bytes {
  const changed = Uint8Array.from(bytes);
  const view = new DataView(changed.buffer);
  for (const [index, value] of values.entries()) view.setUint16(at + 2 * index, value & 0xffff, isLittle);
  return changed;
}

const pngHeader = fc
  .tuple(sides, fc.constantFrom([1, 0], [8, 2], [16, 6], [8, 3]))
  .map(([[width, height], [depth = 8, colour = 2]]) =>
    pngOf(ihdr(width, height, depth, colour), pngChunk("IDAT", emptyData)),
  );
const pngTexts = fc
  .tuple(fc.constantFrom("zTXt", "iCCP", "iTXt"), fc.integer({ min: 1, max: 3 }))
  .map(([type, times]) => {
    const { head, pieces } = piecesOf.png(png);
    const text = pngChunk(type, joinBytes(latin1(type === "iTXt" ? "a\0\u0001\0\0\0" : "a\0\0"), bomb));
    return joinBytes(head, ...pieces.slice(0, 1), ...Array.from({ length: times }, () => text), ...pieces.slice(1));
  });
const pngChunks = fc.constantFrom("IDAT", "tEXt", "eXIf", "tRNS").map((type) => {
  const { head, pieces } = piecesOf.png(png);
  const empty = Array.from({ length: 20_000 }, () => pngChunk(type, new Uint8Array()));
  return joinBytes(head, ...pieces.slice(0, 1), ...empty, ...pieces.slice(1));
});

/** The offset of a JPEG's frame header. */
const frameAt = jpegSegments(jpeg).find(({ code }) => code >= 0xc0 && code <= 0xc2)?.at ?? 0;
const jpegFrame = sides.map(([width, height]) => with16(jpeg, frameAt + 5, [height, width], false));
const jpegScans = fc.integer({ min: 2, max: 4000 }).map((times) => {
  const at = jpegSegments(jpeg).at(-1)?.at ?? 0;
  const scan = jpeg.subarray(at, at + 2 + (jpeg[at + 3] ?? 0));
  return joinBytes(jpeg.subarray(0, -2), ...Array.from({ length: times }, () => scan), jpeg.subarray(-2));
});

const gifScreen = sides.map(([width, height]) => with16(gif, 6, [width, height], true));
const gifFrames = fc.integer({ min: 2, max: 2000 }).map((times) => {
  const { head, pieces } = piecesOf.gif(gif);
  const frames = pieces.filter((piece) => piece[0] === 0x2c).slice(0, 1);
  return joinBytes(head, ...Array.from({ length: times }, () => frames).flat(), Uint8Array.of(0x3b));
});
/** One frame of a size, with codes that say nothing or everything. */
const gifData = fc.tuple(sides, fc.integer(), fc.nat({ max: 12 })).map(([[width, height], seed, codeSize]) => {
  const screen = with16(latin1("GIF89a\0\0\0\0\0\0\0"), 6, [width, height], true);
  const frame = with16(latin1(",\0\0\0\0\0\0\0\0\0"), 5, [width, height], true);
  const blocks = Array.from({ length: 20 }, (_, index) => joinBytes(Uint8Array.of(255), noise(255, seed + index)));
  return joinBytes(screen, frame, Uint8Array.of(codeSize), ...blocks, Uint8Array.of(0, 0x3b));
});

const webpFrame = sides.map(([width, height]) => with16(lossy, 26, [width, height], true));
const webpCanvas = fc
  .tuple(fc.uint8Array({ minLength: 6, maxLength: 6 }), fc.nat({ max: 255 }))
  .map(([size, flags]) => {
    const canvas = riffChunk("VP8X", Uint8Array.of(flags, 0, 0, 0, ...size));
    const { head, pieces } = piecesOf.webp(lossy);
    return fileOf("webp", { head, pieces: [canvas, ...pieces] }, true);
  });

/** A valid file with zeros behind it, around the limit of an image and around that of a body. */
const padded = fc
  .constantFrom(MAX_IMAGE_BYTES, MAX_IMAGE_BYTES + 1, 16 * 1024 * 1024 + 1)
  .map((length) => joinBytes(png, new Uint8Array(length - png.length)));

const inflating = fc
  .tuple(sides, fc.constantFrom(0, 2, 6))
  .map(([[width, height], colour]) => pngOf(ihdr(width, height, 8, colour), pngChunk("IDAT", bomb)));

/** Small files that claim or inflate to huge sizes, or have thousands of pieces; seldom files around the limits of bytes. */
export const imageBomb: fc.Arbitrary<Labelled<Bytes>> = weighted(
  [20, labelled("png: size", pngHeader)],
  [6, labelled("png: inflates to 30 MB", inflating)],
  [1, labelled("png: 20000 x 20000", fc.constant(pngOf(ihdr(20_000, 20_000, 1, 0), pngChunk("IDAT", bilevelRows))))],
  [4, labelled("png: texts that inflate", pngTexts)],
  [2, labelled("png: 20,000 chunks", pngChunks)],
  [16, labelled("jpeg: size", jpegFrame)],
  [4, labelled("jpeg: scans", jpegScans)],
  [10, labelled("gif: screen", gifScreen)],
  [4, labelled("gif: frames", gifFrames)],
  [10, labelled("gif: noise", gifData)],
  [14, labelled("webp: size", webpFrame)],
  [10, labelled("webp: canvas", webpCanvas)],
  [1, labelled("padded", padded)],
);
