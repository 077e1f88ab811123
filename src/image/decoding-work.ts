import type { ImageHeader } from "./header.ts";
import { jpegSegments } from "./jpeg-segments.ts";
import { readPngLayout } from "./png-layout.ts";
import { rasterBytes } from "./png-raster.ts";

/**
 * Nanoseconds of processor time, each the most that we measured with files of one colour, whose data take next to no time (Node 24, one core of a
 * shared Xeon, 12 megapixels, `process.threadCpuUsage`). The data's own time is limited by the length of the file: at most 50 ns a byte.
 */
const NANOSECONDS = {
  /** Of each pixel, whatever the format: compositing and resizing, 11 to 15. */
  resizedPixel: 15,
  /** JPEG: inverse transform and colours, 3 to 4 a pixel; 25 to 35 for each block of each scan, the dearest a refinement of 63 coefficients. */
  jpegPixel: 4,
  jpegBlock: 40,
  /** PNG: 2 to inflate a byte and look at the filters, 3 to inflate and unfilter (Paeth, interlaced) it again; 3 a pixel to expand it to RGBA. */
  pngPixel: 3,
  pngByte: 5,
  /** WebP: lossless with all transforms 11, lossy 5 to 13. */
  webpPixel: 14,
  /** GIF: 7, interlaced 13. */
  gifPixel: 13,
} as const;

/**
 * Work that is accepted for each pixel of the limit: as much as the dearest ordinary image has (a PNG of RGBA with 8 bits: 38; a progressive JPEG
 * of 4:4:4 in libjpeg's 10 scans: 28). An image of another kind (16 bits, dozens of scans) may have that much work, and so fewer pixels.
 */
const LIMIT_PER_PIXEL = 40;

/**
 * Work that is always accepted: an image of two megapixels of any kind in a dozen scans, and 100 scans of a small one. Without it, an isolate would
 * refuse PNGs of 16 bits because its limit of pixels, which is one of memory, is low.
 */
const ALWAYS_ACCEPTED = 150_000_000;

type CountWork = (bytes: Uint8Array, pixels: number) => number;

/** The work of decoding a file of each format. Linear in the file's length. */
const WORK: Readonly<Record<ImageHeader["format"], CountWork>> = {
  gif: (_bytes, pixels) => pixels * NANOSECONDS.gifPixel,
  jpeg: (bytes, pixels) => {
    let blocks = 0;
    for (const { scan } of jpegSegments(bytes)) blocks += scan?.blocks ?? 0;
    return pixels * NANOSECONDS.jpegPixel + blocks * NANOSECONDS.jpegBlock;
  },
  png: (bytes, pixels) => {
    const layout = readPngLayout(bytes);
    const rowBytes = "refused" in layout ? 0 : rasterBytes(layout.raster);
    return pixels * NANOSECONDS.pngPixel + rowBytes * NANOSECONDS.pngByte;
  },
  webp: (_bytes, pixels) => pixels * NANOSECONDS.webpPixel,
};

/** Estimates the processor time of checking, decoding and resizing an image, in nanoseconds on the machine of `NANOSECONDS`, without that of its data. */
export function decodingWork(bytes: Uint8Array, { format, width, height }: ImageHeader): number {
  const pixels = width * height;
  return pixels * NANOSECONDS.resizedPixel + WORK[format](bytes, pixels);
}

/** Returns the work that is accepted where images may have `maxPixels`, in the unit of `decodingWork`. */
export function maxDecodingWork(maxPixels: number): number {
  return Math.max(ALWAYS_ACCEPTED, maxPixels * LIMIT_PER_PIXEL);
}

/** How a file of the same size takes less work, by its format. */
export const LESS_WORK: Readonly<Record<ImageHeader["format"], string>> = {
  gif: "Scale it down.",
  jpeg: "Scale it down, or save it with fewer scans (baseline, not progressive).",
  png: "Scale it down, or save it with 8 bits a channel and without interlacing.",
  webp: "Scale it down.",
};
