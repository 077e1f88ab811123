import createMozjpeg from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import { Problem } from "../contract/problems.ts";
import type { Decode } from "./decode-file.ts";
import type { CodecMemory } from "./codec-memory.ts";
import { type CreateCodec, createCodec } from "./decode-emscripten.ts";
import { imageSegments } from "./decode-jpeg-segments.ts";
import { createWarnings } from "./decode-jpeg-warnings.ts";
import { free } from "../runtime/tensors.ts";
import { createPixelReader } from "./pixel-reader.ts";

/** Creates a JPEG decoder with mozjpeg, which decodes broken files without an error: only its printed warnings identify them. */
export function jpegDecoder(module: WebAssembly.Module, shared: CodecMemory): Decode {
  let onMessage: ((message: string) => void) | undefined;
  let onPixels: ((rgba: Uint8Array) => void) | undefined;
  const create: CreateCodec<[applyOrientation: boolean]> = createMozjpeg;
  const print = (message: string) => onMessage?.(message);
  const codec = createCodec({ create, module, print, onPixels: (rgba) => onPixels?.(rgba) }, shared);
  return async (bytes, read) => {
    // Synchronous to the end, so the codec's messages and pixels belong to this image, and the memory to this codec.
    const decode = codec.started();
    const warnings = createWarnings(codec.memory);
    onMessage = warnings.add;
    const reader = createPixelReader(read);
    onPixels = (rgba) => {
      if (warnings.failure() === undefined) reader.receive(rgba);
    };
    const file = concat(() => imageSegments(bytes));
    try {
      decode(file, false);
    } catch (cause) {
      codec.drop();
      throw corrupt(warnings.failure(), cause);
    } finally {
      free([file]);
    }
    const result = reader.result();
    if (result === undefined || warnings.failure() !== undefined) throw corrupt(warnings.failure());
    return result;
  };
}

function corrupt(message = "the decoder failed", cause?: unknown): Problem {
  return new Problem("image-corrupt", `The JPEG cannot be decoded: ${message}.`, { cause });
}

/** Concatenates the parts. Iterates twice, because a list of the parts could take more memory than the file. */
function concat(parts: () => Iterable<Uint8Array>): Uint8Array {
  let length = 0;
  for (const part of parts()) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts()) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
