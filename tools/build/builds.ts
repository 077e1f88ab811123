import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isLeftOver, ownerPrefix } from "./owners.ts";

/** How many builds are kept that no process uses: that of the sources as they are, and another, so that changing between two branches rebuilds nothing. */
const KEPT_BUILDS = 2;

/** The folder of a build's runs: one folder for each running server, whose name begins with its process. */
const RUNS = "runs";

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Removes a folder at the exit of this process. Programs that were killed just before may still be ending: their last files are waited for. */
function removeSync(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
}

/** Creates a temporary folder; it is removed when the process exits. */
async function temporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `florence-edge-${name}-`));
  process.once("exit", () => removeSync(folder));
  return folder;
}

/** Returns `folder` if files can be created in it, else a temporary folder, which `onTemporary` is told. */
async function writableFolder(folder: string, onTemporary: (folder: string) => void): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    await rmdir(await mkdtemp(join(folder, `.probe-${ownerPrefix()}`)));
    return folder;
  } catch {
    const temporary = await temporaryFolder("builds");
    onTemporary(temporary);
    return temporary;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function remove(path: string): Promise<void> {
  // Another process may be removing it, too.
  await rm(path, { recursive: true, force: true }).catch(() => {});
}

/** Removes the folders of processes that have ended, and returns the names of the others. */
async function removeLeftOvers(folder: string): Promise<readonly string[]> {
  const removeLeftOver = async (name: string): Promise<readonly string[]> => {
    if (!(await isLeftOver(join(folder, name)))) return [name];
    await remove(join(folder, name));
    return [];
  };
  return (await Promise.all((await namesIn(folder)).map(removeLeftOver))).flat();
}

interface UnusedBuild {
  readonly name: string;
  readonly lastUsedMs: number;
}

async function unusedBuild(folder: string, name: string): Promise<readonly UnusedBuild[]> {
  const path = join(folder, name);
  const runs = await removeLeftOvers(join(path, RUNS));
  const { mtimeMs = 0 } = (await stat(path).catch(() => undefined)) ?? {};
  return runs.length > 0 ? [] : [{ name, lastUsedMs: mtimeMs }];
}

/** Removes a build, under another name: a process that ends in the middle leaves no half of one. */
async function removeBuild(folder: string, name: string): Promise<void> {
  const removed = join(folder, `.${name}-${ownerPrefix()}removed`);
  await rename(join(folder, name), removed).catch(() => {});
  await remove(removed);
}

/** Removes builds that no process uses, except those used last, and what processes left behind that were killed. */
export async function removeOldBuilds(folder: string): Promise<void> {
  const names = (await removeLeftOvers(folder)).filter((name) => !name.startsWith("."));
  const unused = (await Promise.all(names.map((name) => unusedBuild(folder, name)))).flat();
  const oldestLast = unused.toSorted((one, other) => other.lastUsedMs - one.lastUsedMs);
  await Promise.all(oldestLast.slice(KEPT_BUILDS).map(({ name }) => removeBuild(folder, name)));
}

/** How to get a build that does not exist yet. */
export interface MakeBuild {
  /** Writes the build's files into an empty folder. */
  readonly make: (folder: string) => Promise<void>;
  /** Called with the temporary folder of the builds, if their own cannot be written. */
  readonly onTemporary: (folder: string) => void;
}

async function makeBuild(folder: string, key: string, make: MakeBuild["make"]): Promise<string> {
  const [build, staging] = [join(folder, key), await mkdtemp(join(folder, `.${key}-${ownerPrefix()}`))];
  const removeStaging = () => removeSync(staging);
  process.once("exit", removeStaging);
  try {
    await make(staging);
    await rename(staging, build).catch(async (error: unknown) => {
      // Another process has made the same build meanwhile.
      if (!(await isFolder(build))) throw error;
    });
  } finally {
    removeStaging();
    process.off("exit", removeStaging);
  }
  await removeOldBuilds(folder);
  return build;
}

/** Makes a build the one used last. One in a folder that cannot be written is never removed either. */
async function touch(build: string): Promise<void> {
  const now = new Date();
  await utimes(build, now, now).catch(() => {});
}

/**
 * Returns the folder of the build with this key, which is made if it does not exist. Processes that need the same build at the same time each make
 * it; the first result is kept, and nobody sees an unfinished one. Only this user can read it, since it may hold secrets from `.dev.vars`.
 */
export async function findOrMakeBuild(folder: string, key: string, { make, onTemporary }: MakeBuild): Promise<string> {
  const build = join(folder, key);
  if (!(await isFolder(build))) return makeBuild(await writableFolder(folder, onTemporary), key, make);
  await touch(build);
  return build;
}

/** A folder for the files of one running server. While it exists and its process runs, the build is not removed. */
export interface Run {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Creates a folder in a build for a server of this process, or in the system's temporary folder if the build cannot be written. */
export async function startRun(build: string): Promise<Run> {
  const runs = join(build, RUNS);
  await touch(build);
  await removeLeftOvers(runs);
  // Not recursive: a build that another process removes meanwhile must not come back without its files.
  await mkdir(runs).catch(() => {});
  const folder = await mkdtemp(join(runs, ownerPrefix())).catch(() => temporaryFolder("run"));
  const removeNow = () => removeSync(folder);
  process.once("exit", removeNow);
  const removeRun = async (): Promise<void> => {
    process.off("exit", removeNow);
    await remove(folder);
  };
  return { folder, remove: removeRun };
}
