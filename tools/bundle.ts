import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { access, mkdtemp, readdir, readFile, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { promisify } from "node:util";
import { type Module, root } from "./serve.ts";

/** wrangler must not ask the network, draw banners or write logs into the user's home. */
const quiet = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_WRITE_LOGS: "false",
};

/** Module types by the endings that wrangler writes beside the bundle. */
const moduleTypes = new Map([
  [".js", "ESModule"],
  [".wasm", "CompiledWasm"],
] as const);

async function modulesIn(folder: string): Promise<readonly Module[]> {
  const files = await readdir(folder);
  const modules = files.map(async (path): Promise<Module | undefined> => {
    const type = [...moduleTypes].find(([ending]) => ending === extname(path))?.[1];
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

/** Builds once for all who name the same folder; who builds at the same time as another has built for nothing. */
async function builtIn(folder: string, entry: string): Promise<readonly Module[]> {
  const kept = join(folder, basename(entry));
  if (!(await exists(kept))) {
    const outdir = await mkdtemp(join(folder, "building-"));
    await build(entry, outdir);
    await rename(outdir, kept).catch(async (error: unknown) => {
      if (!(await exists(kept))) throw error;
    });
  }
  return modulesIn(kept);
}

/**
 * The Worker as a deployment would ship it: the entry first, then the wasm modules that it imports. Builds are kept in the folder that `FLORENCE_EDGE_BUILDS`
 * names, for tests, of which many run the same Worker; without it nothing is kept.
 */
export async function bundle(entry = "functions/api.ts"): Promise<readonly Module[]> {
  const builds = process.env["FLORENCE_EDGE_BUILDS"];
  if (builds !== undefined) return builtIn(builds, entry);
  const outdir = await mkdtemp(join(tmpdir(), "florence-edge-"));
  const remove = () => rmSync(outdir, { recursive: true, force: true });
  // Also when the build is interrupted.
  process.once("exit", remove);
  try {
    await build(entry, outdir);
    return await modulesIn(outdir);
  } finally {
    remove();
    process.off("exit", remove);
  }
}
