import type { EncodedImage } from "../inference/backend.ts";
import { decodeGif } from "./decode-gif.ts";
import { jpegDecoder } from "./decode-jpeg.ts";
import { pngDecoder } from "./decode-png.ts";
import { webpDecoder } from "./decode-webp.ts";

/**
 * Decodes a whole file and hands its pixels to `read`: RGBA, 8 bits a channel, rows from the top, as stored (an orientation
 * tag is for `preprocess`). They lie in the codec's own memory, uncopied, and are gone when `read` returns, which it does
 * before anybody else's turn. Throws `Problem` `image-corrupt`.
 *
 * A codec is kept from one picture to the next: a WebAssembly memory never shrinks, and nothing makes workerd collect one
 * that has been dropped (40 instances of 20 MB stayed, 40 buffers of 40 MB did not). Only one that has failed is dropped,
 * because it is in no state to go on.
 */
export type Decode = <Result>(bytes: Uint8Array, read: (rgba: Uint8Array) => Result) => Promise<Result>;

type Format = EncodedImage["format"];

/** One decoder a format. */
export type Decoders = Readonly<Record<Format, Decode>>;

/** `modules` are the compiled codecs of @jsquash; how they are had differs by platform (`decode-web.ts`, `decode-node.ts`). */
export function createDecoders(modules: Readonly<Record<Exclude<Format, "gif">, WebAssembly.Module>>): Decoders {
  return {
    gif: decodeGif,
    jpeg: jpegDecoder(modules.jpeg),
    png: pngDecoder(modules.png),
    webp: webpDecoder(modules.webp),
  };
}
