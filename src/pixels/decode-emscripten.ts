/** What is used of the Emscripten programs around @jsquash's codecs. `Options` are what `decode` takes beside the file. */
export type CreateCodec<Options extends readonly unknown[]> = (options: {
  readonly locateFile: () => string;
  readonly printErr: (message: string) => void;
  readonly instantiateWasm: (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
}) => Promise<{ readonly decode: (bytes: Uint8Array, ...options: Options) => unknown }>;

/** Decodes, handing the pixels to what it was made with, if there are any. */
export interface Codec<Options extends readonly unknown[]> {
  readonly decode: (bytes: Uint8Array, ...options: Options) => void;
}

/** Where a codec's words and pixels go. */
interface Output {
  readonly print: (message: string) => void;
  readonly take: (rgba: Uint8Array) => void;
}

/** Starts a codec. Its pixels are handed to `take` where they lie in its memory. */
export async function startCodec<Options extends readonly unknown[]>(
  create: CreateCodec<Options>,
  module: WebAssembly.Module,
  { print, take }: Output,
): Promise<Codec<Options>> {
  const codec = await create({
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
    decode: (bytes, ...options) => standingIn("Uint8ClampedArray", uncopied, () => codec.decode(bytes, ...options)),
  };
}

/**
 * The codecs answer `new ImageData(new Uint8ClampedArray(pixels), ...)` and then free the pixels: a copy of 4 bytes a pixel
 * beside the original. Another constructor, there for the length of the synchronous call, gets the original. (A codec
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
