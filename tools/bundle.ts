import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { access, mkdtemp, readdir, readFile, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { promisify } from "node:util";
import { type Module, root } from "./serve.ts";

/** Stops wrangler from using the network, printing banners and writing logs to the user's home folder. */
const quiet = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_WRITE_LOGS: "false",
};

/** Module types by the extensions of the files that wrangler writes next to the bundle. */
const moduleTypes = new Map([
  [".js", "ESModule"],
  [".wasm", "CompiledWasm"],
  [".ttf", "Data"],
] as const);

async function modulesIn(folder: string): Promise<readonly Module[]> {
  const files = await readdir(folder);
  const modules = files.map(async (path): Promise<Module | undefined> => {
    const type = [...moduleTypes].find(([extension]) => extension === extname(path))?.[1];
    return type === undefined ? undefined : { type, path, contents: await readFile(join(folder, path)) };
  });
  const loaded = (await Promise.all(modules)).filter((module) => module !== undefined);
  return loaded.toSorted((one, other) => Number(other.type === "ESModule") - Number(one.type === "ESModule"));
}

async function build(entry: string, outdir: string): Promise<void> {
  const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
  const config = join(root, "wrangler.toml");
  const arguments_ = [wrangler, "deploy", join(root, entry), "--dry-run", "--outdir", outdir, "--config", config];
  await promisify(execFile)(process.execPath, arguments_, { cwd: root, env: { ...process.env, ...quiet } });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Returns the build cached in `folder`, or builds it. Concurrent callers may each build; only the first result is kept. */
async function cachedBuild(folder: string, entry: string): Promise<readonly Module[]> {
  const cached = join(folder, basename(entry));
  if (!(await exists(cached))) {
    const outdir = await mkdtemp(join(folder, "building-"));
    await build(entry, outdir);
    await rename(outdir, cached).catch(async (error: unknown) => {
      if (!(await exists(cached))) throw error;
    });
  }
  return modulesIn(cached);
}

/**
 * Builds the Worker as a deployment ships it and returns its modules: the entry first, then the wasm modules that it imports. Caches builds in the
 * folder named by `FLORENCE_EDGE_BUILDS`, because many tests run the same Worker; without that variable nothing is cached.
 */
export async function bundle(entry = "functions/api.ts"): Promise<readonly Module[]> {
  const builds = process.env["FLORENCE_EDGE_BUILDS"];
  if (builds !== undefined) return cachedBuild(builds, entry);
  const outdir = await mkdtemp(join(tmpdir(), "florence-edge-"));
  const remove = () => rmSync(outdir, { recursive: true, force: true });
  // Covers an interrupted build too.
  process.once("exit", remove);
  try {
    await build(entry, outdir);
    return await modulesIn(outdir);
  } finally {
    remove();
    process.off("exit", remove);
  }
}
