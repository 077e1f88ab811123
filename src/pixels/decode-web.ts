import jpeg from "./codecs/jpeg.wasm";
import webp from "./codecs/webp.wasm";
import { createDecoders } from "./decode.ts";

/** Decoders for workerd. It does not compile WebAssembly at run time, so the bundler provides compiled modules. */
export const decoders = createDecoders({ jpeg, webp });
