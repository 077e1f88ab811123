import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import encodeJpeg, { init as initJpeg } from "@jsquash/jpeg/encode.js";
import encodeWebp, { init as initWebp } from "@jsquash/webp/encode.js";
import type { Answer } from "../../src/contract/answers.ts";
import type { Box } from "../../src/contract/geometry.ts";
import { type Image, imageFromBytes } from "../../src/image/image.ts";
import { located, object } from "./answers.ts";
import { deflate, ihdr, joinBytes, pngChunk, pngOf } from "./image-bytes.ts";
import { jpegMetadata, pngMetadata, vp8x, webpChunks, webpMetadata, webpOf } from "./metadata-bytes.ts";

const require = createRequire(import.meta.url);
const compile = (file: string) => new WebAssembly.Module(readFileSync(require.resolve(file)));
await initJpeg(compile("@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm"));
await initWebp(compile("@jsquash/webp/codec/enc/webp_enc_simd.wasm"));

/** Sides in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** RGBA pixels, row by row. */
interface Pixels extends Size {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** An image with one mark whose place is known, and an answer that found exactly this mark. */
export interface TurnedImage {
  readonly name: string;
  readonly image: Image;
  /** The mark's box in pixels of the image as displayed. */
  readonly mark: Box;
  readonly answer: Answer;
}

type Place = readonly [x: number, y: number];

/** Where the pixel is stored that is displayed at x, y: as EXIF 3.0, 4.6.5.1.6, names the sides of the first stored row and column. */
const STORED: ReadonlyMap<number, (x: number, y: number, displayed: Size) => Place> = new Map([
  [2, (x: number, y: number, { width }: Size): Place => [width - 1 - x, y]],
  [3, (x: number, y: number, { width, height }: Size): Place => [width - 1 - x, height - 1 - y]],
  [4, (x: number, y: number, { height }: Size): Place => [x, height - 1 - y]],
  [5, (x: number, y: number): Place => [y, x]],
  [6, (x: number, y: number, { width }: Size): Place => [y, width - 1 - x]],
  [7, (x: number, y: number, { width, height }: Size): Place => [height - 1 - y, width - 1 - x]],
  [8, (x: number, y: number, { height }: Size): Place => [height - 1 - y, x]],
]);

const GROUND = [64, 64, 64, 255] as const;
const MARK = [255, 0, 255, 255] as const;

/** Whether a colour is nearer to the mark's than to the ground's: renderers that enlarge an image blend the two at its edges. */
export function isMark(red: number, green: number, blue: number): boolean {
  return red > (GROUND[0] + MARK[0]) / 2 && green < (GROUND[1] + MARK[1]) / 2 && blue > (GROUND[2] + MARK[2]) / 2;
}

/** The pixels to be stored so that the mark is displayed in its box. */
function storedPixels(displayed: Size, orientation: number, mark: Box): Pixels {
  const isTransposed = orientation >= 5;
  const width = isTransposed ? displayed.height : displayed.width;
  const height = isTransposed ? displayed.width : displayed.height;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < displayed.height; y += 1) {
    for (let x = 0; x < displayed.width; x += 1) {
      const [u, v] = STORED.get(orientation)?.(x, y, displayed) ?? [x, y];
      const isInside = x >= mark.x1 && x < mark.x2 && y >= mark.y1 && y < mark.y2;
      data.set(isInside ? MARK : GROUND, (v * width + u) * 4);
    }
  }
  return { width, height, data };
}

type Encode = (pixels: Pixels, orientation: number) => Promise<Uint8Array<ArrayBuffer>>;

const asImageData = (pixels: Pixels): ImageData => ({ ...pixels, colorSpace: "srgb" });

/** Encoders that write the orientation into every place where a viewer may look for it. */
const encoders: Readonly<Record<"jpeg" | "png" | "webp", Encode>> = {
  jpeg: async (pixels, orientation) => {
    // No chroma subsampling: the mark's edges must not be blurred.
    const options = { quality: 98, auto_subsample: false, chroma_subsample: 1 };
    const file = new Uint8Array(await encodeJpeg(asImageData(pixels), options));
    return joinBytes(file.subarray(0, 2), ...jpegMetadata(orientation), file.subarray(2));
  },
  png: async ({ width, height, data }, orientation) => {
    const rows = Array.from({ length: height }, (_, y) => [
      new Uint8Array(1),
      new Uint8Array(data.buffer, y * width * 4, width * 4),
    ]);
    const idat = pngChunk("IDAT", await deflate(joinBytes(...rows.flat())));
    return pngOf(ihdr(width, height, 8, 6), ...pngMetadata(orientation), idat);
  },
  webp: async (pixels, orientation) => {
    const file = new Uint8Array(await encodeWebp(asImageData(pixels), { lossless: 1 }));
    const chunks = [...webpChunks(file), ...webpMetadata(orientation)];
    return webpOf(vp8x(pixels.width, pixels.height, true), ...chunks);
  },
};

/** Display sizes: landscape, portrait, one that is drawn enlarged, and one with odd sides. */
const SIZES: readonly Size[] = [
  { width: 640, height: 400 },
  { width: 400, height: 600 },
  { width: 120, height: 90 },
  { width: 501, height: 333 },
];

/** A mark that is nowhere near any mirror image or rotation of itself. */
function markIn({ width, height }: Size): Box {
  const [x1, y1] = [Math.round(width * 0.6), Math.round(height * 0.15)];
  return { x1, y1, x2: x1 + Math.round(width * 0.2), y2: y1 + Math.round(height * 0.1) };
}

async function turnedImage(format: keyof typeof encoders, orientation: number, size: Size): Promise<TurnedImage> {
  const mark = markIn(size);
  const image = await imageFromBytes(await encoders[format](storedPixels(size, orientation, mark), orientation));
  const answer: Answer = { type: "boxes", ...located, source: size, objects: [{ ...object, label: "", box: mark }] };
  return { name: `${format} ${size.width}x${size.height}, orientation ${orientation}`, image, mark, answer };
}

/** Images with orientations 2 to 8: JPEG in all sizes, PNG and WebP in the first. Without those whose orientation the API does not apply. */
export async function turnedImages(): Promise<readonly TurnedImage[]> {
  const [first] = SIZES;
  const rows = [...SIZES.map((size) => ["jpeg", size] as const), ["png", first] as const, ["webp", first] as const];
  const images = rows.flatMap(([format, size]) =>
    size === undefined ? [] : [...STORED.keys()].map((orientation) => turnedImage(format, orientation, size)),
  );
  return (await Promise.all(images)).filter(({ image }) => image.orientation !== undefined);
}
