import { readGifHeader } from "./gif-header.ts";
import { type Sniffed, unsupported } from "./header.ts";
import { readJpegHeader } from "./jpeg-header.ts";
import { readPngHeader } from "./png-header.ts";
import { readWebpHeader } from "./webp-header.ts";

interface Magic {
  readonly pattern: RegExp;
  readonly read: (bytes: Uint8Array) => Sniffed;
}

const named = (name: string) => (): Sniffed => unsupported(`This is ${name}, not a JPEG, PNG, WebP or GIF.`);

/** How files begin, their bytes read as Latin-1. The first row that fits decides; what a client calls the file does not. */
const MAGIC: readonly Magic[] = [
  { pattern: /^\xff\xd8\xff/, read: readJpegHeader },
  // oxlint-disable-next-line no-control-regex -- the signature holds one
  { pattern: /^\x89PNG\r\n\x1a\n/, read: readPngHeader },
  { pattern: /^RIFF[^]{4}WEBP/, read: readWebpHeader },
  { pattern: /^GIF8[79]a/, read: readGifHeader },
  { pattern: /^[^]{4}ftypavi[fs]/, read: named("an AVIF image") },
  { pattern: /^[^]{4}ftyp(?:hei|hev|mif1|msf1)/, read: named("a HEIC image") },
  { pattern: /^BM/, read: named("a BMP image") },
  { pattern: /^(?:II[*+]\0|MM\0[*+])/, read: named("a TIFF image") },
  { pattern: /^(?:\xef\xbb\xbf)?\s*<(?:\?xml[^]*<svg|!--[^]*<svg|!DOCTYPE svg|svg)/, read: named("an SVG image") },
];

/** SVG may put an XML declaration and a comment before its element; nothing else needs more than 12 bytes. */
const MAGIC_BYTES = 512;

/** Names an image by its bytes and reads its size. Pure and total: any bytes give an answer, and none are read past the end. */
export function sniff(bytes: Uint8Array): Sniffed {
  const start = String.fromCharCode(...bytes.subarray(0, MAGIC_BYTES));
  const magic = MAGIC.find(({ pattern }) => pattern.test(start));
  return magic === undefined ? unsupported("These bytes are no image format known here.") : magic.read(bytes);
}
