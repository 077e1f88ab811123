import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { CODEC_PAGES } from "../../src/pixels/codec-memory.ts";
import { importMemory } from "./import-memory.ts";

const require = createRequire(import.meta.url);

/** The files that are written, from the repository's root, and what they are made of. */
export const codecFiles = {
  "src/pixels/codecs/jpeg.wasm": "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm",
  "src/pixels/codecs/webp.wasm": "@jsquash/webp/codec/dec/webp_dec.wasm",
} as const;

/** Returns a package's codec with an imported memory. */
export async function sharedCodec(source: string): Promise<Uint8Array> {
  return importMemory(await readFile(require.resolve(source)), CODEC_PAGES);
}
