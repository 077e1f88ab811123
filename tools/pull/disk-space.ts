import { access, constants, mkdir, statfs } from "node:fs/promises";
import { PullError } from "./pull-error.ts";

/** The bytes that this user may still write to a folder's file system. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

/** Creates a folder if need be; throws `PullError` if nothing can be written to it, before anything is downloaded for it. */
export async function requireWritable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PullError(`The model cannot be written (${reason}): make the folder writable, or name another one.`);
  }
}

/** Throws `PullError` if `needed` is larger than `free` (both in bytes). */
export function requireSpace(folder: string, needed: number, free: number): void {
  if (needed <= free) return;
  throw new PullError(
    `${folder} has ${gigabytes(free)} left, and this takes ${gigabytes(needed)} (the download, and the parts cut from it). ` +
      "Make room, choose a smaller --dtype, or another --output.",
  );
}
