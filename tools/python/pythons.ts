import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../run-command.ts";

const run = promisify(execFile);

/** The oldest minor version of Python 3 for which the client is. */
const OLDEST = 10;

/** A newest version for which a command is looked for; those that are not there cost a moment. */
const NEWEST = 16;

/** A Python on this machine. */
export interface Python {
  readonly command: string;
  /** Its minor version: 12 of 3.12. */
  readonly minor: number;
}

/** The commands that may be Pythons: on the path, and those of pyenv, which may not all be on the path. */
async function commands(): Promise<readonly string[]> {
  const versions = join(homedir(), ".pyenv/versions");
  const found = await readdir(versions).catch(() => []);
  const named = Array.from({ length: NEWEST - OLDEST + 1 }, (_, index) => `python3.${OLDEST + index}`);
  return ["python3", ...named, ...found.map((version) => join(versions, version, "bin/python3"))];
}

async function pythonOf(command: string): Promise<Python | undefined> {
  const program = "import sys, venv, ensurepip; print(sys.version_info.major, sys.version_info.minor)";
  const printed = await run(command, ["-c", program]).catch(() => undefined);
  const [, minor] = /^3 (\d+)$/u.exec(printed?.stdout.trim() ?? "") ?? [];
  return minor === undefined || Number(minor) < OLDEST ? undefined : { command, minor: Number(minor) };
}

/** Returns one Python of each minor version that the client is for, oldest first. Throws `Failure` if there is none. */
export async function pythons(): Promise<readonly [Python, ...Python[]]> {
  const found = (await Promise.all((await commands()).map(pythonOf))).filter((python) => python !== undefined);
  const byMinor = new Map(found.toReversed().map((python) => [python.minor, python]));
  const [oldest, ...others] = [...byMinor.values()].toSorted((a, b) => a.minor - b.minor);
  if (oldest === undefined) throw new Failure(`There is no Python 3.${OLDEST} or newer with venv here.`);
  return [oldest, ...others];
}
