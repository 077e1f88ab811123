import { readFile } from "node:fs/promises";

/** The ids of the processes that this one has started. Linux only; elsewhere none. */
export async function childProcesses(): Promise<readonly number[]> {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").catch(() => "");
  return children.trim().split(" ").filter(Boolean).map(Number);
}
