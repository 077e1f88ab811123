import { randomUUID } from "node:crypto";
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Whether the copy is up to date: the same inode, or the same size and the same time or content. */
async function isUpToDate(from: string, to: string): Promise<boolean> {
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
 * Puts a file in place, as a hard link if the file system supports it, because a model may have gigabytes. A concurrent reader sees the old file or
 * the new one. `next` is a temporary name; it may be left over if a concurrent call has linked the same file first.
 */
async function put(from: string, to: string, next: string): Promise<void> {
  if (await isUpToDate(from, to)) return;
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
  const temporary = await mkdtemp(`${folder}.`);
  for (const [path, from] of files) await put(from, join(folder, path), join(temporary, randomUUID()));
  await rm(temporary, { recursive: true });
}

/** Makes a folder contain exactly these files: source path by path below the folder. Concurrent calls for the same files are safe. */
export async function mirror(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  await putAll(files, folder);
  const kept = new Set([...files.keys()].map((path) => join(folder, path)));
  const others = (await filesBelow(folder)).filter((path) => !kept.has(path));
  await Promise.all(others.map((path) => rm(path, { force: true })));
}
