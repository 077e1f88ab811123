import { randomUUID } from "node:crypto";
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Whether the copy need not be made again: the same file, or one of the same time or content. */
async function isSame(from: string, to: string): Promise<boolean> {
  const [source, copy] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
  if (copy === undefined || source.size !== copy.size) return false;
  if (source.ino === copy.ino && source.dev === copy.dev) return true;
  return source.mtimeMs === copy.mtimeMs || (await readFile(from)).equals(await readFile(to));
}

async function copyWithTime(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const { atime, mtime } = await stat(from);
  await utimes(to, atime, mtime);
}

/**
 * A hard link where the file system has them: a model may have gigabytes. Whoever reads meanwhile sees the old file or the new one. `next` is a
 * name to make it under; it may stay, where another was faster with a link to the same file.
 */
async function put(from: string, to: string, next: string): Promise<void> {
  if (await isSame(from, to)) return;
  await mkdir(dirname(to), { recursive: true });
  await link(from, next).catch(() => copyWithTime(from, next));
  await rename(next, to);
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

async function putAll(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const aside = await mkdtemp(`${folder}.`);
  for (const [path, from] of files) await put(from, join(folder, path), join(aside, randomUUID()));
  await rm(aside, { recursive: true });
}

/** Makes a folder hold these files and no others: paths below it, and where each comes from. Several may do so at a time, for the same files. */
export async function mirror(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  await putAll(files, folder);
  const kept = new Set([...files.keys()].map((path) => join(folder, path)));
  const others = (await filesBelow(folder)).filter((path) => !kept.has(path));
  await Promise.all(others.map((path) => rm(path, { force: true })));
}
