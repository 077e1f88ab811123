import { readFile } from "node:fs/promises";

/** Linux counts in hundredths of a second (`USER_HZ`), independent of the kernel's own clock. */
const TICK_MS = 10;

/** The CPU time of all threads of a process, in milliseconds; `NaN` on systems other than Linux. */
export async function processorTime(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // Split after the program's name, which may contain spaces: utime and stime are fields 14 and 15 of proc(5).
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return TICK_MS * (Number(user ?? Number.NaN) + Number(system ?? Number.NaN));
}
