import { parseArgs, type ParseArgsConfig } from "node:util";

/** A mistake in the command line or its inputs: only the message is printed, without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Exit status for a wrong command line, as in shells. */
const WRONG_USAGE = 2;

/** Runs `parseArgs`; its errors become a `UsageError` followed by the usage. `--help` prints the usage and exits. */
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
 * Runs a command. A `UsageError` is printed as its message, any other error with its stack trace. SIGINT and SIGTERM end the
 * process through `process.exit`, so that exit handlers remove temporary files.
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
