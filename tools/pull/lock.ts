import { rmSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRunning } from "../is-running.ts";
import { PullError } from "./pull-error.ts";

/** The process that holds the lock; undefined if there is none or if it ended without releasing the lock. */
async function holder(path: string): Promise<number | undefined> {
  const pid = Number(await readFile(path, "utf8").catch(() => ""));
  return Number.isInteger(pid) && pid > 0 && isRunning(pid) ? pid : undefined;
}

async function acquire(path: string): Promise<void> {
  const pid = await holder(path);
  if (pid !== undefined) {
    throw new PullError(`Process ${pid} is downloading into ${path.replace(/\/[^/]*$/u, "")}: wait for it, or end it.`);
  }
  await rm(path, { force: true });
  await writeFile(path, String(process.pid), { flag: "wx" });
}

/** Runs `work` under a lock on the folder, because two processes that write one file would corrupt it. Throws `PullError` if the lock is taken. */
export async function locked<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const path = join(folder, ".lock");
  await mkdir(folder, { recursive: true });
  await acquire(path);
  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    release();
    process.off("exit", release);
  }
}
