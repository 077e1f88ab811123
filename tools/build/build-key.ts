import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { samples } from "../../src/playground/samples.ts";

/** Folders of the sources: of the Worker, of the pages, and of the build itself. */
const FOLDERS = ["src", "functions", "tools/build", "tools/site"];

/**
 * Versions and settings. `.package-lock.json` is npm's record of what is really installed; the files after it are those from which wrangler reads
 * variables.
 */
const FILES = [
  "package.json",
  "package-lock.json",
  "node_modules/.package-lock.json",
  "wrangler.toml",
  "tsconfig.json",
  "tools/build-worker.ts",
  "tools/run-child.ts",
  ".dev.vars",
  ".env",
  ".env.local",
];

/** Hexadecimal digits of a key: 64 bits make collisions improbable, and keep the names of folders short. */
const KEY_DIGITS = 16;

function filesBelow(root: string, folder: string): readonly string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));
}

/** Returns one line for a file: its digest and its path. A file that does not exist has no digest. */
function lineOf(root: string, path: string): string {
  try {
    return `${createHash("sha256")
      .update(readFileSync(join(root, path)))
      .digest("hex")}  ${path}\n`;
  } catch {
    return `-  ${path}\n`;
  }
}

/**
 * Returns the key of a build: it changes when a file changes that the Worker with this entry point or the pages are built from, or the version of
 * Node, and differs between users, who cannot read each other's builds. Digests of contents, not times: a checkout changes times. Synchronous,
 * because that reads some hundred small files fastest.
 */
export function buildKey(root: string, entry: string): string {
  const folders = new Set([...FOLDERS, dirname(entry)]);
  const sources = [...folders].flatMap((folder) => filesBelow(root, folder));
  const paths = new Set([...sources, ...FILES, ...samples.map(({ from }) => from)]);
  const circumstances = [entry, process.version, process.env["CLOUDFLARE_ENV"] ?? "", process.getuid?.() ?? ""];
  const hash = createHash("sha256").update(`${circumstances.join("\n")}\n`);
  for (const path of [...paths].toSorted()) hash.update(lineOf(root, path));
  return hash.digest("hex").slice(0, KEY_DIGITS);
}
