import { execFile, type ExecFileException } from "node:child_process";
import { promisify } from "node:util";
import { Failure } from "./run-command.ts";

/** How much a program may print, in bytes. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Settings of a program. */
export interface ProgramOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs another Node program to its end. It is ended when this process exits: what it still wrote would be in folders that exit handlers have removed.
 * Throws `Failure` with what it printed if it fails.
 */
export async function runNode(arguments_: readonly string[], options: ProgramOptions): Promise<void> {
  const running = promisify(execFile)(process.execPath, arguments_, { ...options, maxBuffer: MAX_OUTPUT_BYTES });
  const kill = () => running.child.kill();
  process.once("exit", kill);
  try {
    await running;
  } catch (error) {
    const { stdout = "", stderr = "" }: ExecFileException = Object(error);
    throw new Failure(`${arguments_.join(" ")} failed.\n${stdout}${stderr}`.trim());
  } finally {
    process.off("exit", kill);
  }
}
