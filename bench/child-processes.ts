import { readFile } from "node:fs/promises";

/** Returns the ids of this process's child processes. Linux only; elsewhere empty. */
export async function childProcesses(): Promise<readonly number[]> {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").catch(() => "");
  return children.trim().split(" ").filter(Boolean).map(Number);
}
