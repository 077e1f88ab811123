import { join } from "node:path";
import { assetFolders } from "../../src/site/folders.ts";
import { withPages } from "./build-pages.ts";
import { mirror } from "./mirror.ts";
import { modelFiles } from "./model-files.ts";

const root = join(import.meta.dirname, "../..");

function below(folder: string, files: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...files].map(([path, from]) => [`${folder}/${path}`, from]);
}

/** Creates or updates the folder of the Worker's static assets: the pages and the models. */
export async function buildAssets(): Promise<void> {
  const models = below(assetFolders.models, await modelFiles(join(root, "model-shards")));
  const target = join(root, "dist/assets");
  await withPages((files) => mirror(new Map([...below(assetFolders.site, files), ...models]), target));
}

/** Writes the assets of other models to a separate folder, without pages: hard links where possible, so that a changed file is visible there. */
export async function buildModelAssets(models: string, target: string): Promise<void> {
  await mirror(new Map(below(assetFolders.models, await modelFiles(models))), target);
}
