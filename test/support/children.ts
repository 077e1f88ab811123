import { readdir, readFile } from "node:fs/promises";

/** The processes that this one has started and that still run, by their program's name. Needs Linux's /proc. */
export async function childrenOf(program: string): Promise<readonly number[]> {
  const threads = await readdir("/proc/self/task");
  const lists = threads.map((thread) => readFile(`/proc/self/task/${thread}/children`, "utf8").catch(() => ""));
  const pids = (await Promise.all(lists)).flatMap((list) => list.trim().split(" ").filter(Boolean).map(Number));
  const names = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")));
  return pids.filter((_, index) => names[index]?.trim() === program);
}
