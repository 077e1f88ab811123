import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import { samples } from "../../src/playground/samples.ts";
import { pages } from "../../src/site/pages.ts";

const root = join(import.meta.dirname, "../..");
const source = join(root, "src");

/** The language level of the built pages: browsers of the last two years. */
const TARGET = "es2023";

/** Builds the pages, with the sample images, into a folder; what is in the folder is removed first. */
export async function buildPages(folder: string): Promise<void> {
  const built = Object.values(pages).filter((file) => file.endsWith(".html"));
  await build({
    configFile: false,
    root: source,
    publicDir: join(source, "site/public"),
    logLevel: "warn",
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: TARGET,
      // The Content-Security-Policy allows no inline script, and images stay separate files so that they can be cached.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 4096,
      rolldownOptions: { input: built.map((file) => join(source, file)) },
    },
  });
  await mkdir(join(folder, "samples"), { recursive: true });
  await Promise.all(samples.map(({ file, from }) => copyFile(join(root, from), join(folder, "samples", file))));
}
