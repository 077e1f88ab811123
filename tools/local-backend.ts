import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Failure, type Lifetime } from "./run-command.ts";
import { root } from "./serve.ts";

/** How long the backend may finish requests after it was told to stop, in milliseconds; then it is killed. */
const MAX_STOP_MS = 3000;

/** A GPU backend that this process has started. */
export interface LocalBackend {
  readonly url: string;
  readonly pid: number | undefined;
  /** Resolves with a failure if the backend ends without having been stopped. */
  readonly died: Promise<Failure>;
  stop(): Promise<void>;
}

/** A line of the backend's log, as far as it matters here. */
interface LogLine {
  readonly level?: string;
  readonly listening?: string;
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

/** How a process ended, for a person. */
function describeEnd(status: number | null, signal: NodeJS.Signals | null): string {
  const hint = signal === "SIGKILL" ? " Perhaps the memory is too small for this model: try a smaller --dtype." : "";
  return `The backend has ended (${signal ?? `exit status ${status}`}); what it said is above.${hint}`;
}

async function stopProcess(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill();
  const timer = setTimeout(() => child.kill("SIGKILL"), MAX_STOP_MS);
  await exited;
  clearTimeout(timer);
}

/** Resolves with the address in the backend's log. Afterwards its errors are passed on to stderr, and everything with `showsLog`. */
function listenAddress(child: ChildProcess, showsLog: boolean): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: child.stdout ?? process.stdin }).on("line", (line) => {
      const { level, listening } = parseLine(line);
      if (showsLog || level === "error") process.stderr.write(`${line}\n`);
      if (listening !== undefined) resolve(listening);
    });
  });
}

/** Starts the GPU backend of a command. It stops with the command, which fails if the backend dies. Throws as `startLocalBackend` does. */
export async function startCommandBackend(
  lifetime: Lifetime,
  ...[flags, showsLog]: Parameters<typeof startLocalBackend>
): Promise<LocalBackend> {
  const backend = await startLocalBackend(flags, showsLog);
  lifetime.add(() => backend.stop());
  void backend.died.then(lifetime.fail);
  return backend;
}

/**
 * Starts the GPU backend on a free port and resolves once its model is loaded. Its errors go to stderr, and its whole log with `showsLog`. It ends
 * with this process, however that ends: through the exit handler, or because the channel between the two is closed. Throws `Failure` if it ends
 * before it listens.
 */
export async function startLocalBackend(flags: readonly string[], showsLog = false): Promise<LocalBackend> {
  const child = spawn(process.execPath, [join(root, "functions/gpu.ts"), "--port", "0", ...flags], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    // Not reached by Ctrl+C at the terminal: this process stops it, after what uses it.
    detached: true,
    windowsHide: true,
  });
  // It has nothing to save, and nobody is left who waits for its answers.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  let isStopped = false;
  const exited = new Promise<Failure>((resolve) => {
    child.once("exit", (status, signal) => resolve(new Failure(describeEnd(status, signal))));
  });
  const died = exited.then((failure) => (isStopped ? new Promise<never>(() => {}) : failure));
  const url = await Promise.race([listenAddress(child, showsLog), exited]);
  if (url instanceof Failure) throw url;
  const stop = async (): Promise<void> => {
    isStopped = true;
    await stopProcess(child, exited);
  };
  return { url, pid: child.pid, died, stop };
}
