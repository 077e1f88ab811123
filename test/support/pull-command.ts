import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../../tools/serve.ts";

/** Starts `npm run pull`: `waitForOutput` resolves when it has printed a text, `ended` with its exit status. */
export function startPull(arguments_: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  // The settings of whoever runs the tests are not the test's.
  const env = { ...process.env, HF_TOKEN: "", HF_ENDPOINT: "", ...environment };
  const child = spawn(process.execPath, [join(root, "tools/pull.ts"), ...arguments_], { env });
  let printed = "";
  let heard: (() => void) | undefined;
  const listen = (chunk: Buffer): void => {
    printed += chunk.toString();
    heard?.();
  };
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const waitForOutput = async (text: string): Promise<void> => {
    while (!printed.includes(text)) await new Promise<void>((resolve) => (heard = resolve));
  };
  return { child, ended, waitForOutput, printed: () => printed };
}

/** Runs the command to its end. */
export async function runPull(arguments_: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { ended, printed } = startPull(arguments_, environment);
  return { status: await ended, printed: printed() };
}
