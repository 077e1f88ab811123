import { type BadRequest, detection, image, jsonBody } from "./bad-request.ts";
import { vectorImage } from "./vector-images.ts";

/** A form of several fields with one name. */
function form(name: string, ...values: readonly string[]) {
  const parts = values.map((value) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  return { type: "multipart/form-data; boundary=x", body: `${parts.join("")}--x--\r\n` };
}

function letters(characters: string): readonly number[] {
  return Array.from(characters, (character) => character.charCodeAt(0));
}

/** A WebP file of one chunk; `type` is its FourCC in Latin-1. */
function webpOf(type: string, data: readonly number[]): Uint8Array<ArrayBuffer> {
  const length = data.length + (data.length % 2);
  const size = [12 + length, 0, 0, 0];
  const chunk = [...letters(type), data.length, 0, 0, 0, ...data, ...(data.length % 2 === 0 ? [] : [0])];
  return Uint8Array.from([...letters("RIFF"), ...size, ...letters("WEBP"), ...chunk]);
}

function half(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.slice(0, bytes.length / 2);
}

/** A GIF with a logical screen of another size. */
function withScreenSize(gif: Uint8Array<ArrayBuffer>, side: number): Uint8Array<ArrayBuffer> {
  const changed = gif.slice();
  changed.set([side & 255, side >> 8, side & 255, side >> 8], 6);
  return changed;
}

/** A GIF of 256 colours, without extensions, with its frame at another row and column. */
function withFrameAt(gif: Uint8Array<ArrayBuffer>, place: number): Uint8Array<ArrayBuffer> {
  const changed = gif.slice();
  changed.set([place & 255, place >> 8, place & 255, place >> 8], 13 + 768 + 1);
  return changed;
}

const gif = vectorImage("palette-200x150.gif");

/** Invalid ways to send an image: formats, addresses, forms. */
export const badIntake: readonly BadRequest[] = [
  { what: "an AVIF", path: detection, ...image("\0\0\0\u001cftypavif\0\0\0\0"), code: "unsupported-image" },
  { what: "a HEIC", path: detection, ...image("\0\0\0\u0018ftypheic\0\0\0\0"), code: "unsupported-image" },
  { what: "a GIF's signature", path: detection, ...image("GIF89a\u0001\0\u0001\0"), code: "image-corrupt" },
  {
    what: "half a GIF",
    path: detection,
    ...image(half(gif)),
    code: "image-corrupt",
  },
  {
    what: "a GIF of 65535 x 65535",
    path: detection,
    ...image(withScreenSize(gif, 65_535)),
    code: "image-too-many-pixels",
  },
  {
    what: "a GIF with a frame far beyond its screen, which enlarges it",
    path: detection,
    ...image(withFrameAt(gif, 60_000)),
    code: "image-too-many-pixels",
  },
  {
    what: "a WebP's first bytes",
    path: detection,
    ...image("RIFF\u0001\u0001\u0001\u0001WEBPVP8 "),
    code: "image-corrupt",
  },
  { what: "half a WebP", path: detection, ...image(half(vectorImage("lossy-300x201.webp"))), code: "image-corrupt" },
  {
    what: "a WebP of 16384 x 16384 in 30 bytes",
    path: detection,
    ...image(webpOf("VP8L", [0x2f, 0xff, 0xff, 0xff, 0x0f])),
    code: "image-too-many-pixels",
  },
  {
    what: "a WebP that hides 16384 x 16384 in its first chunk's name",
    path: detection,
    ...image(webpOf("/\u00ff\u00ff\u00ff", [0x0f, 0, 0, 0])),
    code: "image-corrupt",
  },
  {
    what: "an animated WebP without a frame",
    path: detection,
    ...image(webpOf("VP8X", [2, 0, 0, 0, 9, 0, 0, 9, 0, 0])),
    code: "image-corrupt",
  },
  ...[
    ["the loopback", "https://127.0.0.1/a.jpg"],
    ["the loopback in octal", "https://0177.0.0.1/a.jpg"],
    ["a cloud's metadata", "https://169.254.169.254/latest/meta-data/"],
    ["localhost", "https://localhost/a.jpg"],
    ["plain http", "http://example.com/a.jpg"],
    ["another port", "https://example.com:8443/a.jpg"],
    ["no scheme", "//example.com/a.jpg"],
  ].map(([kind, address]) => ({
    what: `an address: ${kind}`,
    path: detection,
    ...jsonBody({ image: address }),
    code: "image-url-refused" as const,
  })),
  {
    what: "a file's address",
    path: detection,
    ...jsonBody({ image: { url: "file:///etc/passwd" } }),
    code: "image-url-refused",
  },
  {
    what: "an address in the query",
    path: `${detection}?image=https://example.com/a.jpg`,
    ...image(gif),
    code: "invalid-request",
  },
  { what: "a form without an image", path: detection, ...form("beams", "2"), code: "image-required" },
  { what: "a form with two images", path: detection, ...form("image", "QUJD", "QUJD"), code: "invalid-request" },
  {
    what: "a form that ends too soon",
    path: detection,
    type: "multipart/form-data; boundary=x",
    body: "--x\r\n",
    code: "invalid-request",
  },
  {
    what: "a form without a boundary",
    path: detection,
    type: "multipart/form-data",
    body: "--x--",
    code: "invalid-request",
  },
];
