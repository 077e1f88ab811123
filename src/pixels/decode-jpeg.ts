import createMozjpeg from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import { Problem } from "../contract/problems.ts";
import type { Decode } from "./decode-file.ts";
import { type Codec, startCodec } from "./decode-emscripten.ts";
import { imageSegments } from "./decode-jpeg-segments.ts";

/**
 * The one remark of libjpeg that takes nothing from a picture: every block had its data, and some was left over before the
 * end marker (cheap cameras pad). It is the first of its file, for no other is printed, and nothing is read after it.
 */
const HARMLESS = /^Corrupt JPEG data: \d+ extraneous bytes before marker 0xd9$/u;

/** JPEG by mozjpeg, which decodes broken files without an error: what it prints is what tells them apart. */
export function jpegDecoder(module: WebAssembly.Module): Decode {
  let codec: Promise<Codec<[applyOrientation: boolean]>> | undefined;
  let messages: string[] = [];
  let takePixels: ((rgba: Uint8Array) => void) | undefined;
  return async (bytes, read) => {
    codec ??= startCodec(createMozjpeg, module, {
      print: (message) => messages.push(message),
      take: (rgba) => takePixels?.(rgba),
    }).catch((cause: unknown) => {
      codec = undefined;
      throw cause;
    });
    const { decode } = await codec;
    // From here on nothing else runs, so what the codec prints and hands over is this picture's.
    messages = [];
    const results: ReturnType<typeof read>[] = [];
    takePixels = (rgba) => results.push(read(rgba));
    try {
      decode(
        joined(() => imageSegments(bytes)),
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

function corrupt([said = "the decoder failed"]: readonly string[], cause?: unknown): Problem {
  if (cause instanceof Problem) return cause;
  return new Problem("image-corrupt", `The JPEG cannot be decoded: ${said}.`, { cause });
}

/** Asks for the parts twice, because a list of them could be longer than the file. */
function joined(parts: () => Iterable<Uint8Array>): Uint8Array {
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
