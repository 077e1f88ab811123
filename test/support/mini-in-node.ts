import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decoders } from "../../src/pixels/decode-node.ts";
import { createNativeSessions } from "../../src/runtime/ort-node.ts";
import type { Platform } from "./golden-cases.ts";

const shards = join(import.meta.dirname, "../../model-shards");

/** The mini model in Node, on the native build of ONNX Runtime. */
export const miniInNode: Platform = {
  readAsset: async (path) => new Response(await readFile(join(shards, path))),
  createSession: createNativeSessions({ threads: 1 }),
  decoders,
};
