import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { buildPages } from "./build-pages.ts";
import { linkAssets } from "./link-assets.ts";

const root = join(import.meta.dirname, "../..");

/** Creates or updates the folder of a deployment's static assets: the pages, which are built, and all models. */
export async function buildAssets(): Promise<void> {
  await mkdir(join(root, "dist"), { recursive: true });
  const site = await mkdtemp(join(root, "dist/pages-"));
  try {
    await buildPages(site);
    await linkAssets({ site, models: join(root, "model-shards") }, join(root, "dist/assets"));
  } finally {
    await rm(site, { recursive: true });
  }
}
