import { readdir, readFile } from "node:fs/promises";
import { vi } from "vitest";

/** The variable by which the processes that a test starts are known, and those that these start. */
const MARK = "FLORENCE_EDGE_TEST";

/** Returns the environment that marks a command and all its descendants, and the function that lists them. Needs Linux's /proc. */
export function markProcesses() {
  const mark = crypto.randomUUID();
  return { environment: { [MARK]: mark }, running: (program?: string) => processesWith(`${MARK}=${mark}`, program) };
}

/** A process that runs. */
interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

async function processWith(entry: string, pid: string): Promise<readonly RunningProcess[]> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
  // A zombie has an empty environment.
  if (!(await read("environ")).split("\0").includes(entry)) return [];
  return [{ pid: Number(pid), command: (await read("cmdline")).replaceAll("\0", " ").trim() }];
}

async function processesWith(entry: string, program = ""): Promise<readonly RunningProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name));
  const found = (await Promise.all(pids.map((pid) => processWith(entry, pid)))).flat();
  return found.filter(({ command }) => command.includes(program));
}

/** Milliseconds between two looks at the processes, of which each takes a few. */
const INTERVAL_MS = 50;

/** Less than the timeout of a test, whose error would not say what is waited for. */
const TIMEOUT_MS = 50_000;

/** Resolves with the first true or defined result of a check, which is repeated. */
export function eventually<Result>(check: () => Promise<Result | undefined | false>) {
  return vi.waitUntil(check, { interval: INTERVAL_MS, timeout: TIMEOUT_MS });
}
