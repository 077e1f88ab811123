import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { assetFolders } from "../../src/site/folders.ts";
import { mirror } from "./mirror.ts";
import { modelFiles } from "./model-files.ts";

/** What a Worker's static assets consist of. */
export interface AssetSources {
  /** The folder of the built pages. */
  readonly site: string;
  /** The folder of the models. */
  readonly models: string;
  /** Whether a model's files are needed; all models by default. The manifest lists all of them. */
  readonly isWanted?: (id: string) => boolean;
}

function below(folder: string, files: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...files].map(([path, from]) => [`${folder}/${path}`, from]);
}

async function filesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(folder, path), path]));
}

/** Makes `folder` contain exactly these assets: hard links where possible, so that a changed model file is visible there. */
export async function linkAssets({ site, models, isWanted }: AssetSources, folder: string): Promise<void> {
  const pages = below(assetFolders.site, await filesIn(site));
  await mirror(new Map([...pages, ...below(assetFolders.models, await modelFiles(models, isWanted))]), folder);
}
