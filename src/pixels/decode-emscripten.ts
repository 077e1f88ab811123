import { type CodecMemory, MEMORY_IMPORT } from "./codec-memory.ts";

/** The part of the Emscripten modules of @jsquash's codecs that is used. `Options` are the arguments of `decode` after the file. */
interface EmscriptenModule<Options extends readonly unknown[]> {
  decode?: (bytes: Uint8Array, ...options: Options) => unknown;
  readonly locateFile: () => string;
  readonly printErr: (message: string) => void;
  readonly instantiateWasm: (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
}

/** Starts an Emscripten module: it completes the object that it is given before it returns, since nothing in it is asynchronous. */
export type CreateCodec<Options extends readonly unknown[]> = (module: EmscriptenModule<Options>) => Promise<unknown>;

/** Decodes a file, and passes the pixels, if any, to the `onPixels` of the codec. */
export type RunCodec<Options extends readonly unknown[]> = (bytes: Uint8Array, ...options: Options) => void;

/** A codec that is started when it is needed and another has had the memory. */
export interface Codec<Options extends readonly unknown[]> {
  readonly memory: WebAssembly.Memory;
  /** Returns the started codec, valid until the next asynchronous step: then another codec may have the memory. */
  readonly started: () => RunCodec<Options>;
  /** To be called after it failed: its state allows no further image. */
  readonly drop: () => void;
}

/** What a codec is made of, and the callbacks for its messages and pixels. `onPixels` gets a view of the memory, not a copy. */
interface CodecParts<Options extends readonly unknown[]> {
  readonly create: CreateCodec<Options>;
  readonly module: WebAssembly.Module;
  readonly print: (message: string) => void;
  readonly onPixels: (rgba: Uint8Array) => void;
}

/** Creates a codec in a memory that others use, too. */
export function createCodec<Options extends readonly unknown[]>(
  parts: CodecParts<Options>,
  shared: CodecMemory,
): Codec<Options> {
  const owner = {};
  let run: RunCodec<Options> | undefined;
  return {
    memory: shared.memory,
    started: () => {
      if (run !== undefined && shared.isOwnedBy(owner)) return run;
      run = undefined; // stays so if the start fails: an earlier instance must not run in the cleared memory
      shared.claim(owner);
      run = startCodec(parts, shared);
      return run;
    },
    drop: () => {
      run = undefined;
    },
  };
}

function startCodec<Options extends readonly unknown[]>(
  { create, module, print, onPixels }: CodecParts<Options>,
  { memory }: CodecMemory,
): RunCodec<Options> {
  let failure: unknown;
  function instantiate(imports: WebAssembly.Imports): WebAssembly.Instance {
    try {
      return new WebAssembly.Instance(module, imports);
    } catch (thrown) {
      failure = thrown; // Emscripten only rejects its promise
      throw thrown;
    }
  }
  const started: EmscriptenModule<Options> = {
    locateFile: () => "",
    printErr: print,
    instantiateWasm: (imports, receive) => {
      const own = { [MEMORY_IMPORT.module]: { [MEMORY_IMPORT.name]: memory } };
      const instance = instantiate({ ...imports, ...own });
      receive(instance);
      return instance.exports;
    },
  };
  create(started).catch(() => {}); // thrown below
  const { decode } = started;
  if (decode === undefined) throw failure ?? new Error("The codec did not start.");
  const empty = new Uint8ClampedArray();
  function passOriginal(rgba: Uint8Array) {
    onPixels(rgba);
    return empty;
  }
  return (bytes, ...options) => withGlobal("Uint8ClampedArray", passOriginal, () => decode(bytes, ...options));
}

/**
 * Replaces a global constructor while `run` runs synchronously. The codecs return `new ImageData(new Uint8ClampedArray(pixels), ...)`
 * and then free the pixels, which holds a copy of 4 bytes per pixel next to the original. The replacement gets the original
 * instead. (A codec looks up the constructor at its first image and keeps it.)
 */
function withGlobal(name: string, constructor: unknown, run: () => unknown): void {
  const original: unknown = Reflect.get(globalThis, name);
  Reflect.set(globalThis, name, constructor);
  try {
    run();
  } finally {
    Reflect.set(globalThis, name, original);
  }
}
