import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { packMcp } from "../build/pack-mcp.ts";
import { buildPages } from "./build-pages.ts";
import { linkAssets } from "./link-assets.ts";

const root = join(import.meta.dirname, "../..");

/** Creates or updates what a deployment needs besides the sources: the folder of its static assets (the pages, which are built, and all models), and MCP's package. */
export async function buildAssets(): Promise<void> {
  await mkdir(join(root, "dist"), { recursive: true });
  const site = await mkdtemp(join(root, "dist/pages-"));
  try {
    await packMcp(join(root, "dist/mcp-package.js"));
    await buildPages(site);
    await linkAssets({ site, models: join(root, "model-shards") }, join(root, "dist/assets"));
  } finally {
    await rm(site, { recursive: true });
  }
}
