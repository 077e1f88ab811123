import createMozjpeg from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import { Problem } from "../contract/problems.ts";
import type { Decode } from "./decode-file.ts";
import { type Codec, startCodec } from "./decode-emscripten.ts";
import { imageSegments } from "./decode-jpeg-segments.ts";

/**
 * The only libjpeg warning that does not affect the image: every block had its data, and some bytes were left before the end
 * marker (cheap cameras pad). libjpeg prints only the first warning of a file, so there was none before it, and nothing is
 * read after it.
 */
const HARMLESS = /^Corrupt JPEG data: \d+ extraneous bytes before marker 0xd9$/u;

/** Creates a JPEG decoder with mozjpeg, which decodes broken files without an error: only its printed warnings identify them. */
export function jpegDecoder(module: WebAssembly.Module): Decode {
  let codec: Promise<Codec<[applyOrientation: boolean]>> | undefined;
  let messages: string[] = [];
  let onPixels: ((rgba: Uint8Array) => void) | undefined;
  return async (bytes, read) => {
    codec ??= startCodec(createMozjpeg, module, {
      print: (message) => messages.push(message),
      onPixels: (rgba) => onPixels?.(rgba),
    }).catch((cause: unknown) => {
      codec = undefined;
      throw cause;
    });
    const { decode } = await codec;
    // Synchronous from here on, so the codec's messages and pixels belong to this image.
    messages = [];
    const results: ReturnType<typeof read>[] = [];
    onPixels = (rgba) => results.push(read(rgba));
    try {
      decode(
        concat(() => imageSegments(bytes)),
        false,
      );
    } catch (cause) {
      codec = undefined;
      throw corrupt(messages, cause);
    }
    const [result] = results;
    if (result === undefined || !messages.every((message) => HARMLESS.test(message))) throw corrupt(messages);
    return result;
  };
}

function corrupt([message = "the decoder failed"]: readonly string[], cause?: unknown): Problem {
  if (cause instanceof Problem) return cause;
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
