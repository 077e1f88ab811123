import { execFile } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { installFolder } from "../../install.ts";

const here = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** Where Python's clients are, and where the samples of Azure's. */
export const python = join(here, ".venv/bin/python");
export const samples = join(here, ".venv/samples");

/** The source package whose samples are run: those of the installed version. */
const SAMPLES_OF = "azure-ai-vision-imageanalysis";

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

/** Installs the clients unless exactly these are installed: 120 MB for Node, 440 MB for Python. */
export const setup = (): Promise<void> => installFolder(here, () => fetchSamples(join(here, "requirements.txt")));
