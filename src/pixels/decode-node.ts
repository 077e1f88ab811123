import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createDecoders } from "./decode.ts";

const require = createRequire(import.meta.url);

/** Decoders for Node. The codecs are compiled from `node_modules`. */
export const decoders = createDecoders({
  jpeg: compile("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm"),
  webp: compile("@jsquash/webp/codec/dec/webp_dec.wasm"),
});

function compile(file: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(require.resolve(file)));
}
