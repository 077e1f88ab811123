import { parseArgs, type ParseArgsConfig } from "node:util";

/** A mistake of whoever typed the command: its message is all they need to see. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Exit status for a wrong command line, as shells have it. */
const WRONG_USAGE = 2;

/** `parseArgs` whose complaints are `UsageError`s with the usage below; `--help` prints it. */
export function readArguments<Options extends NonNullable<ParseArgsConfig["options"]>>(
  usage: string,
  options: Options,
) {
  if (process.argv.includes("--help")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

/**
 * Runs a command: a `UsageError` is printed as a line, anything else as the bug it is. Ctrl+C and termination leave through
 * `exit`, so that what was made for the run is removed.
 */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  try {
    await main();
  } catch (error) {
    console.error(error instanceof UsageError ? error.message : error);
    process.exit(error instanceof UsageError ? WRONG_USAGE : 1);
  }
}
