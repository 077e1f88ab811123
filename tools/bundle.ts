import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { buildKey } from "./build/build-key.ts";
import { findOrMakeBuild } from "./build/builds.ts";
import { runNodeGroup } from "./run-child.ts";
import { type Abortable, runUnaborted } from "./run-command.ts";
import { type Build, type Module, root } from "./serve.ts";

/** Module types by the extensions of the files that wrangler writes next to the bundle. */
const moduleTypes = new Map([
  [".js", "ESModule"],
  [".wasm", "CompiledWasm"],
  [".ttf", "Data"],
] as const);

/** Reads the modules of a built Worker from the folder that wrangler wrote, the entry first. */
export async function modulesIn(folder: string): Promise<readonly Module[]> {
  const files = await readdir(folder);
  const modules = files.map(async (path): Promise<Module | undefined> => {
    const type = [...moduleTypes].find(([extension]) => extension === extname(path))?.[1];
    return type === undefined ? undefined : { type, path, contents: await readFile(join(folder, path)) };
  });
  const loaded = (await Promise.all(modules)).filter((module) => module !== undefined);
  return loaded.toSorted((one, other) => Number(other.type === "ESModule") - Number(one.type === "ESModule"));
}

/** Builds in another process, as for production whatever NODE_ENV says here. */
function build(entry: string, folder: string, signal: AbortSignal): Promise<void> {
  const env = { ...process.env, NODE_ENV: "production" };
  return runNodeGroup([join(root, "tools/build-worker.ts"), entry, folder], { cwd: root, env }, signal);
}

/** The folder of the builds; git ignores it. Tests and read-only machines may name another. */
const buildsFolder = (): string => process.env["FLORENCE_EDGE_BUILDS"] ?? join(root, "dist/builds");

/** Runs a build, for example with progress, and returns its result. */
export type RunBuild = (build: Abortable<void>) => Promise<void>;

/**
 * Returns the Worker as a deployment ships it, with its pages. It is built only if a source, a package or the version of Node has changed since an
 * earlier build. If the folder of the builds cannot be written, the build is made in a temporary folder for this process. `runBuild` is only called if
 * there is something to build.
 */
export async function bundle(entry = "functions/api.ts", runBuild: RunBuild = runUnaborted): Promise<Build> {
  const folder = await findOrMakeBuild(buildsFolder(), buildKey(root, entry), {
    make: (staging) => runBuild((signal) => build(entry, staging, signal)),
    onTemporary: (temporary) =>
      console.error(`${buildsFolder()} cannot be written: the build is in ${temporary} until this ends.`),
  });
  const options: Build["options"] = JSON.parse(await readFile(join(folder, "options.json"), "utf8"));
  return { folder, options, modules: await modulesIn(join(folder, "worker")) };
}
