import jpeg from "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm";
import png from "@jsquash/png/codec/pkg/squoosh_png_bg.wasm?module";
import webp from "@jsquash/webp/codec/dec/webp_dec.wasm";
import { createDecoders } from "./decode.ts";

/** Decoders for workerd, which compiles no WebAssembly while it runs: the bundler hands over compiled modules. */
export const decoders = createDecoders({ jpeg, png, webp });
