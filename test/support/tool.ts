import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../../tools/serve.ts";

/** A command that runs. */
export interface RunningTool {
  readonly child: ChildProcess;
  /** Resolves with the exit status; `null` if a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Resolves once the command has printed this; rejects if it ends before. */
  readonly waitForOutput: (expected: string | RegExp) => Promise<void>;
  /** What it has printed so far, on stdout and stderr. */
  readonly printed: () => string;
}

/** Clears the settings of the user who runs the tests. */
const neutral = { HF_TOKEN: "", HF_ENDPOINT: "", PORT: undefined, INIT_CWD: undefined };

/** Follows the output and the end of a process. */
export function follow(child: ChildProcess): RunningTool {
  let printed = "";
  let hasEnded = false;
  const waiting: (() => void)[] = [];
  const wakeAll = (): void => {
    for (const wake of waiting.splice(0)) wake();
  };
  const listen = (chunk: Buffer): void => {
    printed += chunk.toString();
    wakeAll();
  };
  child.stdout?.on("data", listen);
  child.stderr?.on("data", listen);
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (status) => {
      hasEnded = true;
      wakeAll();
      resolve(status);
    });
  });
  const waitForOutput = async (expected: string | RegExp): Promise<void> => {
    const isPrinted = () => (typeof expected === "string" ? printed.includes(expected) : expected.test(printed));
    while (!isPrinted()) {
      if (hasEnded) throw new Error(`ended without printing ${String(expected)}: ${printed}`);
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { child, ended, waitForOutput, printed: () => printed };
}

/** Starts a program of `tools/`. Its standard input is no terminal. `from` is another checkout. */
export function startTool(
  tool: string,
  arguments_: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  from: string = root,
): RunningTool {
  const program = [join(from, "tools", tool), ...arguments_];
  return follow(spawn(process.execPath, program, { env: { ...process.env, ...neutral, ...environment } }));
}

/** Runs a program of `tools/` to its end. */
export async function runTool(...given: Parameters<typeof startTool>) {
  const { ended, printed } = startTool(...given);
  return { status: await ended, printed: printed() };
}
