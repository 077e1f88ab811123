import createWebp from "@jsquash/webp/codec/dec/webp_dec.js";
import { Problem } from "../contract/problems.ts";
import type { Decode } from "./decode-file.ts";
import type { CodecMemory } from "./codec-memory.ts";
import { type CreateCodec, createCodec } from "./decode-emscripten.ts";
import { stillWebp } from "./decode-webp-frame.ts";
import { createPixelReader } from "./pixel-reader.ts";

/**
 * Creates a WebP decoder with libwebp. If a file cannot be decoded to its last row, there are no pixels; the codec can still decode the
 * next file.
 */
export function webpDecoder(module: WebAssembly.Module, shared: CodecMemory): Decode {
  let onPixels: ((rgba: Uint8Array) => void) | undefined;
  const create: CreateCodec<[]> = createWebp;
  const codec = createCodec({ create, module, print: () => {}, onPixels: (rgba) => onPixels?.(rgba) }, shared);
  return async (bytes, read) => {
    // Synchronous to the end, so the pixels belong to this image, and the memory to this codec.
    const decode = codec.started();
    const reader = createPixelReader(read);
    onPixels = reader.receive;
    try {
      decode(stillWebp(bytes));
    } catch (cause) {
      codec.drop();
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
