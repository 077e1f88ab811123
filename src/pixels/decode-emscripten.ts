/** The part of the Emscripten modules of @jsquash's codecs that is used. `Options` are the arguments of `decode` after the file. */
export type CreateCodec<Options extends readonly unknown[]> = (options: {
  readonly locateFile: () => string;
  readonly printErr: (message: string) => void;
  readonly instantiateWasm: (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
}) => Promise<{ readonly decode: (bytes: Uint8Array, ...options: Options) => unknown }>;

/** A started codec. `decode` passes the pixels, if any, to the `onPixels` that the codec was started with. */
export interface Codec<Options extends readonly unknown[]> {
  readonly memory: WebAssembly.Memory;
  readonly decode: (bytes: Uint8Array, ...options: Options) => void;
}

/** Callbacks for a codec's messages and pixels. */
interface CodecOutput {
  readonly print: (message: string) => void;
  readonly onPixels: (rgba: Uint8Array) => void;
}

/** Starts a codec. `onPixels` gets a view of the codec's memory, not a copy. */
export async function startCodec<Options extends readonly unknown[]>(
  create: CreateCodec<Options>,
  module: WebAssembly.Module,
  { print, onPixels }: CodecOutput,
): Promise<Codec<Options>> {
  let exported: readonly WebAssembly.ExportValue[] = [];
  const codec = await create({
    locateFile: () => "",
    printErr: print,
    instantiateWasm: (imports, receive) => {
      const instance = new WebAssembly.Instance(module, imports);
      exported = Object.values(instance.exports);
      receive(instance);
      return instance.exports;
    },
  });
  const memory = exported.find((value) => value instanceof WebAssembly.Memory);
  if (memory === undefined) throw new Error("The codec does not export its memory.");
  const empty = new Uint8ClampedArray();
  function passOriginal(rgba: Uint8Array) {
    onPixels(rgba);
    return empty;
  }
  return {
    memory,
    decode: (bytes, ...options) => withGlobal("Uint8ClampedArray", passOriginal, () => codec.decode(bytes, ...options)),
  };
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
