import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const here = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** Where Python's clients are, and where the samples of Azure's. */
export const python = join(here, ".venv/bin/python");
export const samples = join(here, ".venv/samples");

/** The source package whose samples are run: those of the installed version. */
const SAMPLES_OF = "azure-ai-vision-imageanalysis";

/** Whether exactly the packages of a list are installed. */
async function isInstalled(list: string, stamp: string): Promise<boolean> {
  const [required, installed] = await Promise.all([readFile(list, "utf8"), readFile(stamp, "utf8").catch(() => "")]);
  return required === installed;
}

async function installOnce(list: string, folder: string, install: () => Promise<void>): Promise<void> {
  const stamp = join(folder, "installed.txt");
  if (await isInstalled(list, stamp)) return;
  await install();
  await copyFile(list, stamp);
}

/** Fetches Microsoft's samples, which are only in the source package. */
async function fetchSamples(requirements: string): Promise<void> {
  const lines = (await readFile(requirements, "utf8")).split("\n");
  const pinned = lines.find((line) => line.startsWith(SAMPLES_OF)) ?? "";
  await rm(samples, { recursive: true, force: true });
  await mkdir(samples);
  const flags = ["--no-deps", "--no-binary", ":all:", "--quiet", "--disable-pip-version-check", "--dest", samples];
  await run(python, ["-m", "pip", "download", ...flags, pinned]);
  await run(
    "tar",
    ["--strip-components=1", "-xzf", join(samples, `${pinned.replaceAll("-", "_").replace("==", "-")}.tar.gz`)],
    {
      cwd: samples,
    },
  );
}

/** Installs the clients unless exactly these are installed: 120 MB for Node, 440 MB for Python. `PYTHON` replaces `python3`. */
export async function setup(): Promise<void> {
  await installOnce(join(here, "package-lock.json"), join(here, "node_modules"), async () => {
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: here });
  });
  const requirements = join(here, "requirements.txt");
  await installOnce(requirements, join(here, ".venv"), async () => {
    await run(process.env["PYTHON"] ?? "python3", ["-m", "venv", join(here, ".venv")]);
    await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
    await fetchSamples(requirements);
  });
}
