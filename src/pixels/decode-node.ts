import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createDecoders, type Decoders } from "./decode.ts";

const require = createRequire(import.meta.url);

function compile(file: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(require.resolve(file)));
}

/** The codecs, compiled from `node_modules`. */
const modules = {
  jpeg: compile("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm"),
  png: compile("@jsquash/png/codec/pkg/squoosh_png_bg.wasm"),
  webp: compile("@jsquash/webp/codec/dec/webp_dec.wasm"),
};

/** Creates decoders for Node with codecs of their own. Node collects the codecs' memory when the decoders are dropped, unlike workerd. */
export function createNodeDecoders(): Decoders {
  return createDecoders(modules);
}

/** Decoders for Node. */
export const decoders = createNodeDecoders();
