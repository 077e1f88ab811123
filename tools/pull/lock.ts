import { rmSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PullError } from "./pull-error.ts";

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process is there, too.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The process that holds a lock; undefined where it ended without giving it back. */
async function holder(path: string): Promise<number | undefined> {
  const pid = Number(await readFile(path, "utf8").catch(() => ""));
  return Number.isInteger(pid) && pid > 0 && isRunning(pid) ? pid : undefined;
}

async function take(path: string): Promise<void> {
  const pid = await holder(path);
  if (pid !== undefined) {
    throw new PullError(`Process ${pid} is downloading into ${path.replace(/\/[^/]*$/u, "")}: wait for it, or end it.`);
  }
  await rm(path, { force: true });
  await writeFile(path, String(process.pid), { flag: "wx" });
}

/** Runs `work` while no other process does in this folder: two that write one file would spoil it. Throws `PullError`. */
export async function locked<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const path = join(folder, ".lock");
  await mkdir(folder, { recursive: true });
  await take(path);
  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    release();
    process.off("exit", release);
  }
}
