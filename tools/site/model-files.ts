import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Manifest, MANIFEST_PATH } from "../../src/weights/shards.ts";

/** The parts that a manifest names; none where it is not one, which the Worker says of it at its start. */
function partsIn(text: string): readonly string[] {
  try {
    const { models } = Manifest.parse(JSON.parse(text));
    return models.flatMap(({ files }) => files.flatMap(({ parts }) => parts.map(({ path }) => path)));
  } catch {
    return [];
  }
}

/**
 * What a deployment takes of a folder of models: the manifest and the parts that it names, so neither downloads on their way nor notes beside
 * them. Paths below the folder, and where each lies. What is missing is left out: the Worker names it when it is asked.
 */
export async function modelFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const manifest = join(folder, MANIFEST_PATH);
  if (!existsSync(manifest)) return new Map();
  const paths = [MANIFEST_PATH, ...partsIn(await readFile(manifest, "utf8"))];
  const files = paths.map((path) => [path, join(folder, path)] as const);
  return new Map(files.filter(([, from]) => existsSync(from)));
}
