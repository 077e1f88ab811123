import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, type ParseArgsConfig } from "node:util";

/** A failure that needs no stack trace: only the message is printed, which says what happened and what to do. */
abstract class Expected extends Error {
  /** The exit status of the command. */
  abstract readonly status: number;
}

/** A mistake in the command line or its inputs. Exit status 2, as in shells. */
export class UsageError extends Expected {
  override readonly name: string = "UsageError";
  readonly status = 2;
}

/** A failure of what the command depends on: the network, the disk, another process. Exit status 1. */
export class Failure extends Expected {
  override readonly name: string = "Failure";
  readonly status = 1;
}

/** How long the parts of a command may take to stop, in milliseconds; what still runs is then ended with the process. */
const MAX_STOP_MS = 5000;

/** The signals that end a command: what a person calls them, and the exit status as in shells, which is 128 and the signal's number. */
const SIGNALS = {
  SIGINT: { name: "Ctrl+C", status: 130 },
  SIGTERM: { name: "SIGTERM", status: 143 },
  SIGHUP: { name: "SIGHUP", status: 129 },
} as const;

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

/** What the file system says by its error codes; the error's own text is for programmers. */
const fileErrors: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "your disk quota is used up",
  ENOTDIR: "a part of this path is no folder",
};

/** Returns a line about an error of the file system; undefined for any other error. */
function describeFileError(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("path" in error)) return undefined;
  const reason = fileErrors[String(error.code)];
  return reason === undefined ? undefined : `${String(error.path)}: ${reason}.`;
}

/** Work that can be aborted. Its promise settles only once nothing of it runs any more. */
export type Abortable<Result> = (signal: AbortSignal) => Promise<Result>;

/** Runs abortable work that nothing aborts. */
export const runUnaborted = <Result>(work: Abortable<Result>): Promise<Result> => work(new AbortController().signal);

/** The life of a command's process: what must stop before it ends. */
export interface Lifetime {
  /** Runs work that is aborted and waited for when the command stops; the promise then never settles. */
  readonly during: <Result>(work: Abortable<Result>) => Promise<Result>;
  /** Adds a part that must stop before the process ends; the parts stop in reverse order. */
  readonly add: (stop: () => Promise<unknown>) => void;
  /** Stops all parts, for a command that ends by itself. */
  readonly stop: () => Promise<void>;
  /** Stops all parts, prints an error as `runCommand` does, and ends the process. */
  readonly fail: (error: unknown) => Promise<never>;
}

/** What to print about an error: the message if a person can act on it, else the error with its stack trace. */
function report(error: unknown): number {
  const line = error instanceof Expected ? error.message : describeFileError(error);
  console.error(line ?? error);
  return error instanceof Expected ? error.status : 1;
}

/** Calls `settle` unless the work was aborted. */
function unlessAborted<Value>({ signal }: AbortController, settle: (value: Value) => void): (value: Value) => void {
  return (value) => void (signal.aborted || settle(value));
}

function createLifetime() {
  const parts: (() => Promise<unknown>)[] = [];
  let ending: Promise<never> | undefined;
  const stop = async (): Promise<void> => {
    for (const stopPart of parts.splice(0).toReversed()) await stopPart().catch(() => {});
  };
  const stopAndExit = async (status: number): Promise<never> => {
    await Promise.race([stop(), sleep(MAX_STOP_MS)]);
    return process.exit(status);
  };
  /** Ends the process once: what fails because the parts stop is not reported. */
  const end = (statusOf: () => number): Promise<never> => (ending ??= stopAndExit(statusOf()));
  const add = (stopPart: () => Promise<unknown>): void => void parts.push(stopPart);
  const during = <Result>(work: Abortable<Result>): Promise<Result> => {
    const controller = new AbortController();
    const result = work(controller.signal);
    add(() => {
      controller.abort();
      return result;
    });
    return new Promise((resolve, reject) => {
      result.then(unlessAborted(controller, resolve), unlessAborted(controller, reject));
    });
  };
  return { add, during, stop, end, fail: (error: unknown) => end(() => report(error)) };
}

/**
 * Runs a command. A `UsageError` or a `Failure` is printed as its message, an error of the file system as one line, any other error with its stack
 * trace. A signal stops the parts of the command and ends the process through `process.exit`, so that exit handlers remove temporary files; a second
 * one does not wait for the parts.
 */
export async function runCommand(main: (lifetime: Lifetime) => Promise<void>): Promise<void> {
  const lifetime = createLifetime();
  for (const [signal, { name, status }] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(status));
      // On a terminal, ^C or a progress line stands before it.
      console.error(`${process.stderr.isTTY ? "\n" : ""}Stopped by ${name}.`);
      void lifetime.end(() => status);
    });
  }
  try {
    await main(lifetime);
  } catch (error) {
    await lifetime.fail(error);
  }
}
