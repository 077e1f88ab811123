import type { EncodedImage } from "../inference/backend.ts";
import { createCodecMemory } from "./codec-memory.ts";
import type { Decode } from "./decode-file.ts";
import { decodeGif } from "./decode-gif.ts";
import { jpegDecoder } from "./decode-jpeg.ts";
import { decodePng } from "./decode-png.ts";
import { webpDecoder } from "./decode-webp.ts";

type Format = EncodedImage["format"];

/** One decoder for each format. */
export type Decoders = Readonly<Record<Format, Decode>>;

/** Creates the decoders. `modules` are the compiled codecs of `codecs/`; `decode-web.ts` and `decode-node.ts` load them. */
export function createDecoders(
  modules: Readonly<Record<Exclude<Format, "gif" | "png">, WebAssembly.Module>>,
): Decoders {
  const shared = createCodecMemory();
  return {
    gif: decodeGif,
    jpeg: jpegDecoder(modules.jpeg, shared),
    png: decodePng,
    webp: webpDecoder(modules.webp, shared),
  };
}
