import { runTool, startTool } from "./tool.ts";

/** Starts `npm run pull`. */
export function startPull(arguments_: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return startTool("pull.ts", arguments_, environment);
}

/** Runs `npm run pull` to its end and returns its exit status and its output. */
export async function runPull(arguments_: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return runTool("pull.ts", arguments_, environment);
}
