import createMozjpeg from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import { Problem } from "../contract/problems.ts";
import type { Decode } from "./decode.ts";
import { jpegPicture } from "./decode-jpeg-segments.ts";

/** What is used of the Emscripten program around mozjpeg. */
type CreateMozjpeg = (options: {
  readonly locateFile: () => string;
  readonly printErr: (message: string) => void;
  readonly instantiateWasm: (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
}) => Promise<{ readonly decode: (bytes: Uint8Array, applyOrientation: boolean) => unknown }>;

/** Decodes, handing the pixels to what it was made with. */
interface Mozjpeg {
  readonly decode: (bytes: Uint8Array) => void;
}

const createCodec: CreateMozjpeg = createMozjpeg;

/**
 * The one remark of libjpeg that takes nothing from a picture: every block had its data, and some was left over before the
 * end marker (cheap cameras pad). It is the first of its file, for no other is printed, and nothing is read after it.
 */
const HARMLESS = /^Corrupt JPEG data: \d+ extraneous bytes before marker 0xd9$/u;

/** JPEG by mozjpeg, which decodes broken files without an error: what it prints is what tells them apart. */
export function jpegDecoder(module: WebAssembly.Module): Decode {
  let codec: Promise<Mozjpeg> | undefined;
  let messages: string[] = [];
  let takePixels: ((rgba: Uint8Array) => void) | undefined;
  return async (bytes, read) => {
    codec ??= instantiate(module, {
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
      decode(joined(() => jpegPicture(bytes)));
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

interface Output {
  readonly print: (message: string) => void;
  readonly take: (rgba: Uint8Array) => void;
}

async function instantiate(module: WebAssembly.Module, { print, take }: Output): Promise<Mozjpeg> {
  const codec = await createCodec({
    locateFile: () => "",
    printErr: print,
    instantiateWasm: (imports, receive) => {
      const instance = new WebAssembly.Instance(module, imports);
      receive(instance);
      return instance.exports;
    },
  });
  const none = new Uint8ClampedArray();
  function uncopied(rgba: Uint8Array) {
    take(rgba);
    return none;
  }
  return {
    decode: (bytes) => standingIn("Uint8ClampedArray", uncopied, () => codec.decode(bytes, false)),
  };
}

/**
 * mozjpeg answers `new ImageData(new Uint8ClampedArray(pixels), ...)` and then frees the pixels: a copy of 4 bytes a pixel
 * beside the original. Another constructor, there for the length of the synchronous call, gets the original. (The codec
 * asks for it at its first picture and keeps it.)
 */
function standingIn(name: string, constructor: unknown, run: () => unknown): void {
  const original: unknown = Reflect.get(globalThis, name);
  Reflect.set(globalThis, name, constructor);
  try {
    run();
  } finally {
    Reflect.set(globalThis, name, original);
  }
}
