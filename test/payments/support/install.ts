import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const here = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** Stripe's stand-in for its API, with its specification inside: checks every request against it, and keeps nothing. */
const STRIPE_MOCK = "github.com/stripe/stripe-mock@v0.203.0";

/** Where Go's programs are. */
const GO_FOLDER = join(here, ".go");

/** The path of stripe-mock. */
export const stripeMock = join(GO_FOLDER, "stripe-mock");

/** The path of a command in Python's packages. */
export function pythonTool(name: string): string {
  return join(here, ".venv/bin", name);
}

const textOf = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");

/** Installs unless exactly what a list names is installed. */
async function installOnce(list: string, folder: string, install: () => Promise<void>): Promise<void> {
  const stamp = join(folder, "installed.txt");
  if ((await readFile(list, "utf8")) === (await textOf(stamp))) return;
  await install();
  await copyFile(list, stamp);
}

/** Builds stripe-mock: 33 MB, a minute on two cores. */
async function buildStripeMock(): Promise<void> {
  const stamp = join(GO_FOLDER, "installed.txt");
  if ((await textOf(stamp)) === STRIPE_MOCK) return;
  await mkdir(GO_FOLDER, { recursive: true });
  const env = { ...process.env, GOBIN: GO_FOLDER, GOFLAGS: "-p=1" };
  await run("go", ["install", STRIPE_MOCK], { env }).catch((cause: unknown) => {
    throw new Error("stripe-mock could not be built. Install Go (https://go.dev/dl/), and try again.", { cause });
  });
  await writeFile(stamp, STRIPE_MOCK);
}

/** Installs what the tests need, unless exactly that is there. `PYTHON` replaces `python3`. localstripe is GPL-3.0: it is run, and nothing of it is imported or shipped. */
export async function setup(): Promise<void> {
  await installOnce(join(here, "package-lock.json"), join(here, "node_modules"), async () => {
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: here });
  });
  const requirements = join(here, "requirements.txt");
  await installOnce(requirements, join(here, ".venv"), async () => {
    await run(process.env["PYTHON"] ?? "python3", ["-m", "venv", "--clear", join(here, ".venv")]);
    await run(pythonTool("pip"), ["install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  });
  await buildStripeMock();
}
