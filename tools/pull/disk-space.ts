import { statfs } from "node:fs/promises";
import { PullError } from "./pull-error.ts";

/** The bytes that this user may still write to a folder's file system. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

/** Throws `PullError` if `needed` is larger than `free` (both in bytes). */
export function requireSpace(folder: string, needed: number, free: number): void {
  if (needed <= free) return;
  throw new PullError(
    `${folder} has ${gigabytes(free)} left, and this takes ${gigabytes(needed)} (the download, and the parts cut from it). ` +
      "Make room, choose a smaller --dtype, or another --output.",
  );
}
