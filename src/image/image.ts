import { Problem } from "../contract/problems.ts";
import { decodeFileText, fileTextOf } from "./data-uri.ts";
import { sha256 } from "../bytes/sha256.ts";
import { decodingWork, LESS_WORK, maxDecodingWork } from "./decoding-work.ts";
import type { ImageHeader } from "./header.ts";
import { checkPngData } from "./png-data.ts";
import { sniff } from "./sniff.ts";

/** Largest encoded image in bytes: a phone's photograph has 3 to 6 MB. The file is in memory beside the model, and once more in its codec. */
export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;

/**
 * Maximum number of pixels. WebAssembly memory never shrinks, so the largest image that was decoded counts, measured at two megapixels:
 *
 * - JPEG: 6 bytes per pixel for the coefficients of a progressive 4:4:4, 4 for RGBA, and the file. 9 MiB for a baseline photograph, 14 for a
 *   progressive one, 24 for progressive noise of 2.7 MB.
 * - WebP, in the same memory: 9 MiB for a lossy photograph, 23 lossless; 31 for lossless noise with alpha in 8 MB.
 * - PNG and GIF: rows on the JavaScript heap, and 1 byte per pixel of a GIF; 4 bytes per pixel if the PNG is interlaced.
 *
 * With the embedded model an isolate takes 115 MB at its highest with photographs of all formats, and more than 128 with the worst noise
 * (docs/explanation/memory.md). The model's input is a square with a side of 256 or 768 pixels.
 */
export const MAX_IMAGE_PIXELS = 2_000_000;

/** Longest side in pixels. The resizer's tables take 16 bytes for each pixel of a side, so 32 MB for a two-megapixel strip one pixel wide. */
export const MAX_IMAGE_SIDE = 16_384;

/** Base64 has 4 characters for 3 bytes, and MIME adds a line break of 2 characters after every 76. */
const MAX_CHARACTERS_PER_BYTE = 1.4;

/** Length of a percent-encoded character, as in `%2B`. */
const ESCAPED_CHARACTERS = 3;

/** Limits of an image: bytes of its encoded file, pixels in all, and pixels of the longer side. */
export interface ImageLimits {
  readonly maxBytes: number;
  readonly maxPixels: number;
  readonly maxSide: number;
}

/** Limits for an isolate of 128 MB. */
export const ISOLATE_LIMITS: ImageLimits = {
  maxBytes: MAX_IMAGE_BYTES,
  maxPixels: MAX_IMAGE_PIXELS,
  maxSide: MAX_IMAGE_SIDE,
};

/** An encoded image that is complete and within the limits, with its header. It is an `EncodedImage`. */
export interface Image extends ImageHeader {
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes` in hexadecimal: identifies the image, whatever its file name and however it was sent. */
  readonly digest: string;
}

/** Cache of accepted images' headers by digest, so that a repeated image is not parsed again. A `Map` is one. */
export interface HeaderCache {
  get(digest: string): ImageHeader | undefined;
  set(digest: string, header: ImageHeader): unknown;
}

/**
 * Validates an image and reads its header; the format is determined by its bytes. `headerCache` must have been filled under the same
 * limits. Throws `Problem`.
 */
export async function imageFromBytes(
  bytes: Uint8Array,
  limits: ImageLimits = ISOLATE_LIMITS,
  headerCache: HeaderCache = new Map(),
): Promise<Image> {
  checkLength(bytes, limits);
  const digest = await sha256(bytes);
  const cached = headerCache.get(digest);
  const header = cached ?? readImageHeader(bytes, limits);
  if (cached === undefined) headerCache.set(digest, header);
  return { ...header, bytes, digest };
}

function checkLength({ length }: Uint8Array, limits: ImageLimits): void {
  if (length === 0) throw new Problem("image-required", "The image has no bytes.");
  if (length > limits.maxBytes) throw tooLarge(limits);
}

/** Validates an image as `imageFromBytes` does, without its digest, and reads its header. Takes seconds for the largest PNGs. Throws `Problem`. */
export function readImageHeader(bytes: Uint8Array, limits: ImageLimits): ImageHeader {
  checkLength(bytes, limits);
  const header = sniff(bytes);
  if ("refused" in header) throw new Problem(header.refused, header.reason);
  checkSize(header, limits);
  checkWork(bytes, header, limits);
  const refusal = header.format === "png" ? checkPngData(bytes) : undefined;
  if (refusal !== undefined) throw new Problem(refusal.refused, refusal.reason);
  return header;
}

/** Decodes an image from a data URI or bare base64 and validates it. A data URI's media type is not trusted. Throws `Problem`. */
export async function imageFromText(
  text: string,
  limits: ImageLimits = ISOLATE_LIMITS,
  headerCache?: HeaderCache,
): Promise<Image> {
  const file = fileTextOf(text);
  const perByte = file.isEscaped ? MAX_CHARACTERS_PER_BYTE * ESCAPED_CHARACTERS : MAX_CHARACTERS_PER_BYTE;
  if (file.data.length > limits.maxBytes * perByte) throw tooLarge(limits);
  const bytes = decodeFileText(file);
  if (bytes === undefined) throw new Problem("invalid-base64", "The image contains characters that are not base64.");
  return imageFromBytes(bytes, limits, headerCache);
}

function tooLarge({ maxBytes }: ImageLimits): Problem {
  return new Problem("body-too-large", `An image may have at most ${maxBytes} bytes.`);
}

function checkSize({ width, height }: ImageHeader, { maxPixels, maxSide }: ImageLimits): void {
  if (width * height <= maxPixels && Math.max(width, height) <= maxSide) return;
  throw new Problem(
    "image-too-many-pixels",
    `The image has ${width} x ${height} pixels; at most ${maxPixels} in total and ${maxSide} per side are accepted.`,
  );
}

/** Refuses an image that takes more processor time than its number of pixels suggests, before any of its pixels is inflated or decoded. */
function checkWork(bytes: Uint8Array, header: ImageHeader, { maxPixels }: ImageLimits): void {
  const [work, maxWork] = [decodingWork(bytes, header), maxDecodingWork(maxPixels)];
  if (work <= maxWork) return;
  const { format, width, height } = header;
  throw new Problem(
    "image-too-many-pixels",
    `The image has ${width} x ${height} pixels, and is of a kind that takes ${(work / maxWork).toFixed(1)} times the processor time that is ` +
      `accepted. ${LESS_WORK[format]}`,
  );
}
