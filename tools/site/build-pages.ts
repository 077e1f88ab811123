import { mkdtemp, mkdir, readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { build } from "vite";
import { samples } from "../../src/playground/samples.ts";
import { pages } from "../../src/site/pages.ts";

const root = join(import.meta.dirname, "../..");
const source = join(root, "src");

/** The language level of the built pages: browsers of the last two years. */
const TARGET = "es2023";

async function buildInto(outDir: string): Promise<void> {
  const built = Object.values(pages).filter((file) => file.endsWith(".html"));
  await build({
    configFile: false,
    root: source,
    publicDir: join(source, "site/public"),
    logLevel: "warn",
    build: {
      outDir,
      emptyOutDir: true,
      target: TARGET,
      // The Content-Security-Policy allows no inline script, and images stay separate files so that they can be cached.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 4096,
      rolldownOptions: { input: built.map((file) => join(source, file)) },
    },
  });
}

async function filesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const images = samples.map(({ file, from }) => [`samples/${file}`, join(root, from)] as const);
  return new Map([...paths.map((path) => [relative(folder, path), path] as const), ...images]);
}

/** Builds the pages into a temporary folder and passes its files to `use`: path on disk by path in the site. Removes the folder afterwards. */
export async function withPages<T>(use: (files: ReadonlyMap<string, string>) => Promise<T>): Promise<T> {
  await mkdir(join(root, "dist"), { recursive: true });
  const folder = await mkdtemp(join(root, "dist/pages-"));
  try {
    await buildInto(folder);
    return await use(await filesIn(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}
