import { stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename } from "node:path";
import { isRunning } from "../is-running.ts";

/** This machine or container: process ids mean nothing on another one that has the same checkout mounted. */
const HOST = hostname().replaceAll(/\W/gu, "_");

/** How long a folder of another machine's process is kept, in milliseconds: whether that process still runs is not known here. */
const MAX_FOREIGN_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/** Returns the begin of a folder's name that says which process made it: this one by default. */
export function ownerPrefix(pid: number = process.pid, host: string = HOST): string {
  return `${pid}@${host}-`;
}

async function isOld(path: string): Promise<boolean> {
  const { mtimeMs = 0 } = (await stat(path).catch(() => undefined)) ?? {};
  return Date.now() - mtimeMs > MAX_FOREIGN_AGE_MS;
}

/** Whether the process that made a folder has ended without removing it. False for folders whose names do not begin with an owner, after `.<key>-`. */
export async function isLeftOver(path: string): Promise<boolean> {
  const { pid, host } = /^(?:\.\w+-)?(?<pid>\d+)@(?<host>\w+)-/u.exec(basename(path))?.groups ?? {};
  if (pid === undefined) return false;
  return host === HOST ? !isRunning(Number(pid)) : isOld(path);
}
