import { readFile } from "node:fs/promises";
import { childProcesses } from "./child-processes.ts";

/** Returns a process's resident memory in megabytes. Linux only; elsewhere, and for a process that has ended, 0. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(?<kilobytes>\d+)/u.exec(status)?.groups?.["kilobytes"] ?? 0) / 1024;
}

/** Returns the resident memory of all child processes together, in megabytes. Linux only; elsewhere 0. */
export async function childrenMegabytes(): Promise<number> {
  const sizes = await Promise.all((await childProcesses()).map(residentMegabytes));
  return sizes.reduce((sum, size) => sum + size, 0);
}
