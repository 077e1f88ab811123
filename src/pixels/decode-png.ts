import { Problem } from "../contract/problems.ts";
import type { Decode } from "./decode-file.ts";

/** What is used of the codec's exports, as wasm-bindgen names them. */
interface PngCodec {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_malloc: (bytes: number, alignment: number) => number;
  readonly __wbindgen_free: (address: number, bytes: number, alignment: number) => void;
  readonly decode: (address: number, bytes: number) => number;
}

/** A part of the codec's memory. */
interface Region {
  readonly address: number;
  readonly length: number;
}

const SIGNATURE_BYTES = 8;
const CHUNK_OVERHEAD_BYTES = 12;

/** IHDR, PLTE, tRNS, IDAT and IEND make the picture, their letters as one number. All others (a profile, a text) can make the decoder fail or fill its memory. */
const IDAT = 0x49444154;
const IEND = 0x49454e44;
const PICTURE_CHUNKS: ReadonlySet<number> = new Set([0x49484452, 0x504c5445, 0x74524e53, IDAT, IEND]);

/**
 * Binds the codec directly: @jsquash's own program keeps one instance for ever, which leaks what a broken file has
 * allocated, and copies the pixels out of it.
 */
export function pngDecoder(module: WebAssembly.Module): Decode {
  let takePixels: ((rgba: Uint8Array) => void) | undefined;
  let codec: PngCodec | undefined;
  return async (bytes, read) => {
    codec ??= instantiate(module, (rgba) => takePixels?.(rgba));
    const results: ReturnType<typeof read>[] = [];
    takePixels = (rgba) => results.push(read(rgba));
    const file = load(codec, bytes);
    try {
      codec.decode(file.address, file.length);
    } catch (cause) {
      codec = undefined;
      throw new Problem("image-corrupt", "The PNG cannot be decoded.", { cause });
    }
    const [result] = results;
    if (result === undefined) throw new Error("The PNG decoder answered without pixels.");
    return result;
  };
}

function refuse(): never {
  throw new Error("The PNG codec has refused the file.");
}

/** The codec gives its pixels away by calling an import with their place, and with it the duty to free them. */
function instantiate(module: WebAssembly.Module, take: (rgba: Uint8Array) => void): PngCodec {
  const receive = (address: number, length: number) => {
    take(new Uint8Array(codec.memory.buffer, address >>> 0, length >>> 0));
    codec.__wbindgen_free(address, length, 1);
    return 0;
  };
  // The names end in a hash of the codec's build. What is not the hand-over is only called to throw.
  const imports = WebAssembly.Module.imports(module).map(
    ({ name }) => [name, name.startsWith("__wbg_newwithownedu8clampedarray") ? receive : refuse] as const,
  );
  const { exports } = new WebAssembly.Instance(module, { wbg: Object.fromEntries(imports) });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the file is pinned, and these are its exports
  const codec = exports as unknown as PngCodec;
  return codec;
}

/** The file without all that is not its picture, in parts. Empty IDAT chunks are legal, and 870,000 fit into a file. */
function* pictureChunks(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  yield bytes.subarray(0, SIGNATURE_BYTES);
  for (let at = SIGNATURE_BYTES; at + CHUNK_OVERHEAD_BYTES <= bytes.length;) {
    const end = at + CHUNK_OVERHEAD_BYTES + view.getUint32(at);
    const type = view.getUint32(at + 4);
    const isEmpty = type === IDAT && end === at + CHUNK_OVERHEAD_BYTES;
    if (PICTURE_CHUNKS.has(type) && !isEmpty) yield bytes.subarray(at, end);
    if (type === IEND) return;
    at = end;
  }
}

/** Copies the chunks into the codec's memory, one after the other: twice over the file, for a list could be longer than it. */
function load(codec: PngCodec, bytes: Uint8Array): Region {
  let length = 0;
  for (const chunk of pictureChunks(bytes)) length += chunk.length;
  const address = codec.__wbindgen_malloc(length, 1) >>> 0;
  const memory = new Uint8Array(codec.memory.buffer, address, length);
  let at = 0;
  for (const chunk of pictureChunks(bytes)) {
    memory.set(chunk, at);
    at += chunk.length;
  }
  return { address, length };
}
