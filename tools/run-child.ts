import { type ChildProcess, spawn } from "node:child_process";
import { Failure } from "./run-command.ts";

/** Settings of a program. */
export interface ProgramOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Returns what a program prints, once it and those that it started have ended. */
async function outputOf({ stdout, stderr }: ChildProcess): Promise<string> {
  const texts = [stdout, stderr].map(async (stream) => (await stream?.setEncoding("utf8").toArray())?.join(""));
  return (await Promise.all(texts)).join("").trim();
}

async function statusOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
}

async function runToEnd(child: ChildProcess): Promise<void> {
  const [status, printed] = await Promise.all([statusOf(child), outputOf(child)]);
  if (status !== 0) throw new Failure(`${child.spawnargs.slice(1).join(" ")} failed.\n${printed}`.trim());
}

/** Kills a process that leads a group, and with it the programs that it has started. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** Runs another Node program to its end. Throws `Failure` with what it printed if it fails. */
export function runNode(arguments_: readonly string[], options: ProgramOptions): Promise<void> {
  return runToEnd(spawn(process.execPath, arguments_, { ...options, stdio: ["ignore", "pipe", "pipe"] }));
}

/**
 * Runs another Node program as `runNode` does, as the leader of a group of processes. The group is killed when `signal` aborts, and when this process
 * exits. The program has a channel to this process: its end ("disconnect") says that this process was killed.
 */
export async function runNodeGroup(arguments_: readonly string[], options: ProgramOptions, signal: AbortSignal) {
  const child = spawn(process.execPath, arguments_, {
    ...options,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  const kill = () => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  signal.addEventListener("abort", kill);
  // Before the handlers that remove the folders into which the program writes.
  process.prependOnceListener("exit", kill);
  try {
    await runToEnd(child);
  } finally {
    // Afterwards its process id may be another's.
    signal.removeEventListener("abort", kill);
    process.off("exit", kill);
  }
}
