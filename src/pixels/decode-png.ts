import { Problem } from "../contract/problems.ts";
import type { Decode } from "./decode-file.ts";

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

const SIGNATURE_BYTES = 8;
const CHUNK_OVERHEAD_BYTES = 12;

const IDAT = 0x49444154;
const IEND = 0x49454e44;
/**
 * Chunk types (their letters as a big-endian number) that determine the image: IHDR, PLTE, tRNS, IDAT and IEND. All others (a
 * profile, a text) can make the decoder fail or fill its memory.
 */
const IMAGE_CHUNKS: ReadonlySet<number> = new Set([0x49484452, 0x504c5445, 0x74524e53, IDAT, IEND]);

/**
 * Creates a PNG decoder. Binds the codec directly, because @jsquash's own wrapper keeps one instance forever, which leaks the
 * memory that a broken file has allocated, and copies the pixels.
 */
export function pngDecoder(module: WebAssembly.Module): Decode {
  let onPixels: ((rgba: Uint8Array) => void) | undefined;
  let codec: PngCodec | undefined;
  return async (bytes, read) => {
    codec ??= instantiate(module, (rgba) => onPixels?.(rgba));
    const results: ReturnType<typeof read>[] = [];
    onPixels = (rgba) => results.push(read(rgba));
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

/** Yields the chunks that determine the image. Skips empty IDAT chunks: they are legal, and 870,000 of them fit into a file. */
function* imageChunks(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  yield bytes.subarray(0, SIGNATURE_BYTES);
  for (let at = SIGNATURE_BYTES; at + CHUNK_OVERHEAD_BYTES <= bytes.length;) {
    const end = at + CHUNK_OVERHEAD_BYTES + view.getUint32(at);
    const type = view.getUint32(at + 4);
    const isEmpty = type === IDAT && end === at + CHUNK_OVERHEAD_BYTES;
    if (IMAGE_CHUNKS.has(type) && !isEmpty) yield bytes.subarray(at, end);
    if (type === IEND) return;
    at = end;
  }
}

/** Copies the chunks into the codec's memory. Iterates twice, because a list of the chunks could take more memory than the file. */
function load(codec: PngCodec, bytes: Uint8Array): Region {
  let length = 0;
  for (const chunk of imageChunks(bytes)) length += chunk.length;
  const address = codec.__wbindgen_malloc(length, 1) >>> 0;
  const memory = new Uint8Array(codec.memory.buffer, address, length);
  let at = 0;
  for (const chunk of imageChunks(bytes)) {
    memory.set(chunk, at);
    at += chunk.length;
  }
  return { address, length };
}
