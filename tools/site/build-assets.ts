import { join } from "node:path";
import { assetFolders } from "../../src/site/folders.ts";
import { withPages } from "./build-pages.ts";
import { mirror } from "./mirror.ts";
import { modelFiles } from "./model-files.ts";

const root = join(import.meta.dirname, "../..");

function below(folder: string, files: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...files].map(([path, from]) => [`${folder}/${path}`, from]);
}

/** Makes the folder of the Worker's static assets, or brings it up to date: the pages and the models. */
export async function buildAssets(): Promise<void> {
  const models = below(assetFolders.models, await modelFiles(join(root, "model-shards")));
  const into = join(root, "dist/assets");
  await withPages((files) => mirror(new Map([...below(assetFolders.site, files), ...models]), into));
}

/** The same for other models, without pages, in a folder of its own: links to the files where that can be, so that a change of one is seen. */
export async function buildModelAssets(models: string, into: string): Promise<void> {
  await mirror(new Map(below(assetFolders.models, await modelFiles(models))), into);
}
