import type { EncodedImage } from "../inference/backend.ts";
import type { Decode } from "./decode-file.ts";
import { decodeGif } from "./decode-gif.ts";
import { jpegDecoder } from "./decode-jpeg.ts";
import { decodePng } from "./decode-png.ts";
import { webpDecoder } from "./decode-webp.ts";

type Format = EncodedImage["format"];

/** One decoder for each format. */
export type Decoders = Readonly<Record<Format, Decode>>;

/** Creates the decoders. `modules` are the compiled codecs of @jsquash; `decode-web.ts` and `decode-node.ts` load them. */
export function createDecoders(
  modules: Readonly<Record<Exclude<Format, "gif" | "png">, WebAssembly.Module>>,
): Decoders {
  return {
    gif: decodeGif,
    jpeg: jpegDecoder(modules.jpeg),
    png: decodePng,
    webp: webpDecoder(modules.webp),
  };
}
