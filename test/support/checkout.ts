import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { samples } from "../../src/playground/samples.ts";
import { root } from "../../tools/serve.ts";

/** What a checkout needs to start. */
const PATHS = [
  "src",
  "functions",
  "tools",
  "model-shards/manifest.json",
  "model-shards/sources.json",
  "model-shards/mini",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "wrangler.toml",
  ...samples.map(({ from }) => from),
];

/** Copies what `npm start` needs into a folder of its own, with the same packages and without a build. */
export async function makeCheckout() {
  const folder = await mkdtemp(join(tmpdir(), "florence-edge-checkout-"));
  for (const path of PATHS) await cp(join(root, path), join(folder, path), { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
