import { readFile } from "node:fs/promises";

/** Linux counts in hundredths of a second (`USER_HZ`), whatever the kernel's own clock is. */
const TICK_MS = 10;

/** Milliseconds that the cores have spent on a process, all threads together; elsewhere than on Linux `NaN`. */
export async function processorTime(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // Behind the program's name, which may hold blanks: utime and stime are fields 14 and 15 of proc(5).
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return TICK_MS * (Number(user ?? Number.NaN) + Number(system ?? Number.NaN));
}
