import { readFileSync } from "node:fs";
import { createDecoders } from "./decode.ts";

/** Decoders for Node. The codecs are compiled here. */
export const decoders = createDecoders({ jpeg: compile("codecs/jpeg.wasm"), webp: compile("codecs/webp.wasm") });

function compile(file: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(file, import.meta.url)));
}
