import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../tools/serve.ts";
import type { MirrorFile } from "./hub-mirror.ts";

/** Files as a hub stores them: graphs in large file storage, JSON in git. */
export function asMirrored(files: readonly (readonly [string, Uint8Array])[]): Record<string, MirrorFile> {
  return Object.fromEntries(files.map(([path, bytes]) => [path, { bytes, isLarge: path.endsWith(".onnx") }]));
}

/** The files of an exported model's folder, as a hub stores them: by default the mini model, which takes a second to download and to load. */
export async function mirroredModel(folder = join(root, "model-shards/mini")): Promise<Record<string, MirrorFile>> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => /\.(?:json|onnx)$/u.test(path));
  return asMirrored(await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path))] as const)));
}
