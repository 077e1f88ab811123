import { Problem } from "../contract/problems.ts";
import { IHDR, imageData, type PngLayout, readPngLayout } from "../image/png-layout.ts";
import type { Decode } from "./decode-file.ts";
import { createPixelReader } from "./pixel-reader.ts";

/** The exports of the codec that are used, with wasm-bindgen's names. */
interface PngCodec {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_malloc: (bytes: number, alignment: number) => number;
  readonly __wbindgen_free: (address: number, bytes: number, alignment: number) => void;
  readonly decode: (address: number, bytes: number) => number;
}

/** A region of the codec's memory, in bytes. */
interface Region {
  readonly address: number;
  readonly length: number;
}

/** Zero bytes after the image data, for a stream without its Adler-32, which the decoder requires but does not compare. */
const ADLER = new Uint8Array(4);
/** The checksum of the IDAT chunk. The decoder does not compare it, and the header check has. */
const CHECKSUM = new Uint8Array(4);
const IDAT = [0x49, 0x44, 0x41, 0x54];
const IEND = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82);

/**
 * Creates a PNG decoder. Binds the codec directly, because @jsquash's own wrapper keeps one instance forever, which leaks the
 * memory that a broken file has allocated, and copies the pixels.
 */
export function pngDecoder(module: WebAssembly.Module): Decode {
  let onPixels: ((rgba: Uint8Array) => void) | undefined;
  let codec: PngCodec | undefined;
  return async (bytes, read) => {
    codec ??= instantiate(module, (rgba) => onPixels?.(rgba));
    const reader = createPixelReader(read);
    onPixels = reader.receive;
    const file = load(codec, bytes);
    try {
      codec.decode(file.address, file.length);
    } catch (cause) {
      codec = undefined;
      throw new Problem("image-corrupt", "The PNG cannot be decoded.", { cause });
    }
    const result = reader.result();
    if (result === undefined) throw new Error("The PNG decoder answered without pixels.");
    return result;
  };
}

function reject(): never {
  throw new Error("The PNG codec has refused the file.");
}

/** Instantiates the codec. It passes the address of the pixels to an import, which must then free them. */
function instantiate(module: WebAssembly.Module, onPixels: (rgba: Uint8Array) => void): PngCodec {
  const receive = (address: number, length: number) => {
    onPixels(new Uint8Array(codec.memory.buffer, address >>> 0, length >>> 0));
    codec.__wbindgen_free(address, length, 1);
    return 0;
  };
  // The names end in a hash of the codec's build. Every import except the one that receives the pixels is only called to throw.
  const imports = WebAssembly.Module.imports(module).map(
    ({ name }) => [name, name.startsWith("__wbg_newwithownedu8clampedarray") ? receive : reject] as const,
  );
  const { exports } = new WebAssembly.Instance(module, { wbg: Object.fromEntries(imports) });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the file is pinned, and these are its exports
  const codec = exports as unknown as PngCodec;
  return codec;
}

/**
 * Yields the parts of a PNG that holds only what determines the image: any other chunk (a profile, a text) can make the decoder fail or
 * fill its memory. The image data become one IDAT chunk of `dataBytes`.
 */
function* parts(bytes: Uint8Array, layout: PngLayout, dataBytes: number): Generator<Uint8Array> {
  const { palette, transparency } = layout;
  yield bytes.subarray(0, IHDR.end);
  for (const chunk of [palette, transparency]) {
    if (chunk !== undefined) yield bytes.subarray(chunk.start, chunk.end);
  }
  yield Uint8Array.of(dataBytes >>> 24, dataBytes >>> 16, dataBytes >>> 8, dataBytes, ...IDAT);
  yield* imageData(bytes, layout);
  yield ADLER;
  yield CHECKSUM;
  yield IEND;
}

/** Copies the parts into the codec's memory. Iterates twice, because a list of them could take more memory than the file. */
function load(codec: PngCodec, bytes: Uint8Array): Region {
  const layout = readPngLayout(bytes);
  if ("refused" in layout) throw new Problem(layout.refused, layout.reason);
  let dataBytes = ADLER.length;
  for (const data of imageData(bytes, layout)) dataBytes += data.length;
  let length = 0;
  for (const part of parts(bytes, layout, dataBytes)) length += part.length;
  const address = codec.__wbindgen_malloc(length, 1) >>> 0;
  const memory = new Uint8Array(codec.memory.buffer, address, length);
  let at = 0;
  for (const part of parts(bytes, layout, dataBytes)) {
    memory.set(part, at);
    at += part.length;
  }
  return { address, length };
}
