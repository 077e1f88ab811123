import jpeg from "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm";
import webp from "@jsquash/webp/codec/dec/webp_dec.wasm";
import { createDecoders } from "./decode.ts";

/** Decoders for workerd. It does not compile WebAssembly at run time, so the bundler provides compiled modules. */
export const decoders = createDecoders({ jpeg, webp });
