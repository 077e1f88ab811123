import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { experimental_readRawConfig, unstable_getMiniflareWorkerOptions } from "wrangler";
import { packMcp } from "./build/pack-mcp.ts";
import { killGroup, runNode } from "./run-child.ts";
import { runCommand } from "./run-command.ts";
import { buildPages } from "./site/build-pages.ts";

const root = join(import.meta.dirname, "..");
const wranglerToml = join(root, "wrangler.toml");

/**
 * Stops wrangler from using the network and printing banners; its settings and logs go to `folder` and not to the user's home, which need not be
 * writable.
 */
function wranglerVariables(folder: string) {
  return {
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_LOG_PATH: folder,
    XDG_CONFIG_HOME: folder,
  };
}

/**
 * Writes a copy of wrangler.toml into a folder: wrangler keeps its own temporary files beside its configuration, and the folder of the sources may
 * not be writable. Without `build`, which makes the pages, because here they are made at the same time.
 */
async function writeConfiguration(entry: string, folder: string): Promise<string> {
  const {
    build: _build,
    alias: _alias,
    assets,
    ...rest
  } = experimental_readRawConfig({ config: wranglerToml }).rawConfig;
  const config = join(folder, "wrangler.json");
  const directory = join(folder, "assets");
  await mkdir(directory, { recursive: true });
  const packed = join(folder, "mcp-package.js");
  await packMcp(packed);
  // Packages are found from the sources, and the folder may be elsewhere.
  const alias = { "@modelcontextprotocol/server": packed, "zod/v4": join(root, "node_modules/zod/v4/index.js") };
  const changed = { main: join(root, entry), assets: { ...assets, directory }, alias };
  await writeFile(config, JSON.stringify({ ...rest, ...changed }));
  return config;
}

/** Bundles the Worker as a deployment does. wrangler's `bin` would only start this program, and not end with it. */
async function bundleWorker(entry: string, folder: string): Promise<void> {
  const settings = join(folder, ".wrangler");
  const config = await writeConfiguration(entry, settings);
  const wrangler = join(root, "node_modules/wrangler/wrangler-dist/cli.js");
  const flags = ["deploy", "--dry-run", "--outdir", join(folder, "worker"), "--config", config];
  await runNode([wrangler, ...flags], { cwd: root, env: { ...process.env, ...wranglerVariables(settings) } });
  await rm(settings, { recursive: true });
}

// Called by bundle.ts, as a process of its own: vite and wrangler take a second to load and read NODE_ENV, which tests set.
// If the process that called this one was killed, nobody needs the build any more.
process.once("disconnect", () => killGroup(process.pid)).channel?.unref();
await runCommand(async () => {
  const [entry = "", folder = ""] = process.argv.slice(2);
  const { workerOptions } = unstable_getMiniflareWorkerOptions(wranglerToml);
  await writeFile(join(folder, "options.json"), JSON.stringify(workerOptions));
  const parts = await Promise.allSettled([bundleWorker(entry, folder), buildPages(join(folder, "site"))]);
  for (const part of parts) if (part.status === "rejected") throw part.reason;
});
