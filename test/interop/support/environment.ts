import { execFile } from "node:child_process";
import { access, cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** The folder `test/interop`. */
export const here = join(import.meta.dirname, "..");
/** The repository root. */
export const root = join(here, "../..");

const run = promisify(execFile);

/** The limit of a command's output: pip lists every file that it cannot find. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** The third-party servers by the names of their files in `requirements/`. */
export type EnvironmentName = "kserve" | "mlserver" | "triton";

/**
 * Finds a Python 3.11, Debian's own first: the stub in Triton's package is linked against libpython, which other builds do not
 * include, and its bindings are older than the standard library of 3.11.7. `PYTHON` selects another Python.
 */
async function findPython(): Promise<string> {
  const named = process.env["PYTHON"];
  for (const python of named === undefined ? ["/usr/bin/python3", "python3"] : [named]) {
    const version = await run(python, [
      "-c",
      "import sys, venv, ensurepip; print(*sys.version_info[:2], sep='.')",
    ]).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    if (version === "3.11") return python;
  }
  throw new Error(
    "No Python 3.11 with venv here. On Debian 12: apt-get install -y python3 python3-venv; else PYTHON=…",
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Installs the packages that a file lists, unless exactly this file is already installed. */
async function install(folder: string, requirements: string): Promise<void> {
  const stamp = join(folder, "installed.txt");
  const required = await readFile(requirements, "utf8");
  if ((await readFile(stamp, "utf8").catch(() => "")) === required) return;
  await run(await findPython(), ["-m", "venv", "--clear", folder]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
  await run(join(folder, "bin/python"), pip, { maxBuffer: MAX_OUTPUT_BYTES });
  await cp(requirements, stamp);
}

/** Creates a server's virtual environment on the first run; resolves to its Python. */
export async function environment(name: EnvironmentName): Promise<string> {
  const folder = join(here, ".venv", name);
  await install(folder, join(here, "requirements", `${name}.txt`));
  return join(folder, "bin/python");
}

/** Returns the mini model as a `from_pretrained` folder. Creates the training environment if there is none: PyTorch, 6 GB. */
export async function checkpoint(): Promise<string> {
  const folder = join(root, "training/build/checkpoint");
  if (!(await exists(join(folder, "model.safetensors")))) {
    const options = { maxBuffer: MAX_OUTPUT_BYTES };
    await run("make", ["-C", join(root, "training"), "checkpoint", `PYTHON=${await findPython()}`], options);
  }
  return folder;
}

/** Makes the training environment's PyTorch importable in an environment, after its own packages: a second copy would be another 6 GB. */
export async function reuseTorch(name: EnvironmentName): Promise<void> {
  const packages = "lib/python3.11/site-packages";
  const source = join(root, "training/.venv", packages);
  await writeFile(join(here, ".venv", name, packages, "training.pth"), `${source}\n`);
}
