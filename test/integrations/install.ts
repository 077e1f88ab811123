import { execFile } from "node:child_process";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const textOf = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);

/** Installs what a list names, unless exactly that is installed. There may be no list. */
async function installOnce(list: string, folder: string, install: () => Promise<unknown>): Promise<void> {
  const stamp = join(folder, "installed.txt");
  const [required, installed] = await Promise.all([textOf(list), textOf(stamp)]);
  if (required === undefined || required === installed) return;
  await install();
  await copyFile(list, stamp);
}

/** Installs a folder's clients: Node's from its lock file, Python's from its list, after which `withPython` runs. `PYTHON` replaces `python3`. */
export async function installFolder(folder: string, withPython: () => Promise<void> = async () => {}): Promise<void> {
  // Not `npm ci`: it refuses a lock without the packages for Windows, of which the Inspector has one that not every registry has. Versions come from the lock as well.
  await installOnce(join(folder, "package-lock.json"), join(folder, "node_modules"), () =>
    run("npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder }),
  );
  const [requirements, venv] = [join(folder, "requirements.txt"), join(folder, ".venv")];
  await installOnce(requirements, venv, async () => {
    await run(process.env["PYTHON"] ?? "python3", ["-m", "venv", "--clear", venv]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
    await run(join(venv, "bin/python"), pip);
    await withPython();
  });
}
