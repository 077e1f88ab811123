import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../../tools/serve.ts";

/** Starts `npm run pull`. `waitForOutput` resolves when the command has printed a text, `ended` resolves to its exit status. */
export function startPull(arguments_: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  // Clears the settings of the user who runs the tests.
  const env = { ...process.env, HF_TOKEN: "", HF_ENDPOINT: "", ...environment };
  const child = spawn(process.execPath, [join(root, "tools/pull.ts"), ...arguments_], { env });
  let printed = "";
  let onOutput: (() => void) | undefined;
  const listen = (chunk: Buffer): void => {
    printed += chunk.toString();
    onOutput?.();
  };
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const waitForOutput = async (text: string): Promise<void> => {
    while (!printed.includes(text)) await new Promise<void>((resolve) => (onOutput = resolve));
  };
  return { child, ended, waitForOutput, printed: () => printed };
}

/** Runs `npm run pull` to its end and returns its exit status and its output. */
export async function runPull(arguments_: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { ended, printed } = startPull(arguments_, environment);
  return { status: await ended, printed: printed() };
}
