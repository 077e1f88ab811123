import createWebp from "@jsquash/webp/codec/dec/webp_dec.js";
import { Problem } from "../contract/problems.ts";
import type { Decode } from "./decode-file.ts";
import { type Codec, startCodec } from "./decode-emscripten.ts";
import { stillWebp } from "./decode-webp-frame.ts";
import { createPixelReader } from "./pixel-reader.ts";

/**
 * Creates a WebP decoder with libwebp. If a file cannot be decoded to its last row, there are no pixels; the codec can still decode the
 * next file.
 */
export function webpDecoder(module: WebAssembly.Module): Decode {
  let codec: Promise<Codec<[]>> | undefined;
  let onPixels: ((rgba: Uint8Array) => void) | undefined;
  return async (bytes, read) => {
    codec ??= startCodec(createWebp, module, { print: () => {}, onPixels: (rgba) => onPixels?.(rgba) }).catch(
      (cause: unknown) => {
        codec = undefined;
        throw cause;
      },
    );
    const { decode } = await codec;
    const reader = createPixelReader(read);
    onPixels = reader.receive;
    try {
      decode(stillWebp(bytes));
    } catch (cause) {
      codec = undefined;
      throw corrupt(cause);
    }
    const result = reader.result();
    if (result === undefined) throw corrupt();
    return result;
  };
}

function corrupt(cause?: unknown): Problem {
  return new Problem("image-corrupt", "The WebP cannot be decoded.", { cause });
}
