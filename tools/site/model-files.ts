import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Manifest, MANIFEST_PATH } from "../../src/weights/shards.ts";

/** The parts of models listed in a manifest; none if it is invalid, which the Worker reports at its start. */
function partsIn(text: string, isWanted: (id: string) => boolean): readonly string[] {
  try {
    const models = Manifest.parse(JSON.parse(text)).models.filter(({ id }) => isWanted(id));
    return models.flatMap(({ files }) => files.flatMap(({ parts }) => parts.map(({ path }) => path)));
  } catch {
    return [];
  }
}

/**
 * Returns the files of a models folder that a Worker needs, as path on disk by path below the folder: the manifest and the parts that it lists for
 * the wanted models (all by default), without unfinished downloads or notes. Missing parts are left out: the Worker names them when it is asked for
 * them.
 */
export async function modelFiles(
  folder: string,
  isWanted: (id: string) => boolean = () => true,
): Promise<ReadonlyMap<string, string>> {
  const manifest = join(folder, MANIFEST_PATH);
  if (!existsSync(manifest)) return new Map();
  const paths = [MANIFEST_PATH, ...partsIn(await readFile(manifest, "utf8"), isWanted)];
  const files = paths.map((path) => [path, join(folder, path)] as const);
  return new Map(files.filter(([, from]) => existsSync(from)));
}
