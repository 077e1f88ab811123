import { readGifHeader } from "./gif-header.ts";
import { type SniffResult, unsupported } from "./header.ts";
import { readJpegHeader } from "./jpeg-header.ts";
import { readPngHeader } from "./png-header.ts";
import { readWebpHeader } from "./webp-header.ts";

interface Magic {
  readonly pattern: RegExp;
  readonly read: (bytes: Uint8Array) => SniffResult;
}

const unsupportedFormat = (name: string) => (): SniffResult =>
  unsupported(`This is ${name}, not a JPEG, PNG, WebP or GIF.`);

/**
 * Signatures of formats, matched against the bytes as Latin-1. The first match determines the format; the client's file name and media type
 * are ignored.
 */
const MAGIC: readonly Magic[] = [
  { pattern: /^\xff\xd8\xff/, read: readJpegHeader },
  // oxlint-disable-next-line no-control-regex -- the signature contains one
  { pattern: /^\x89PNG\r\n\x1a\n/, read: readPngHeader },
  { pattern: /^RIFF[^]{4}WEBP/, read: readWebpHeader },
  { pattern: /^GIF8[79]a/, read: readGifHeader },
  { pattern: /^[^]{4}ftypavi[fs]/, read: unsupportedFormat("an AVIF image") },
  { pattern: /^[^]{4}ftyp(?:hei|hev|mif1|msf1)/, read: unsupportedFormat("a HEIC image") },
  { pattern: /^BM/, read: unsupportedFormat("a BMP image") },
  { pattern: /^(?:II[*+]\0|MM\0[*+])/, read: unsupportedFormat("a TIFF image") },
  {
    pattern: /^(?:\xef\xbb\xbf)?\s*<(?:\?xml[^]*<svg|!--[^]*<svg|!DOCTYPE svg|svg)/,
    read: unsupportedFormat("an SVG image"),
  },
];

/** SVG may have an XML declaration and a comment before its element; every other signature fits into 12 bytes. */
const MAGIC_BYTES = 512;

function magicOf(bytes: Uint8Array): Magic | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, MAGIC_BYTES));
  return MAGIC.find(({ pattern }) => pattern.test(start));
}

/** Whether a file begins as an image of a format known here, supported or not. */
export function hasImageSignature(bytes: Uint8Array): boolean {
  return magicOf(bytes) !== undefined;
}

/** Determines the format of an image by its bytes and reads its size. Pure and total: never throws, never reads past the end. */
export function sniff(bytes: Uint8Array): SniffResult {
  return magicOf(bytes)?.read(bytes) ?? unsupported("These bytes are no image format known here.");
}
