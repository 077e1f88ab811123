import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../tools/serve.ts";

/** Pages about the repository as it is; decisions name files as they were. */
const PAGES = [
  "*.md",
  "docs/*.md",
  "docs/{explanation,how-to}/*.md",
  "{functions,bench,training,src/site,src/client}/README.md",
];

/** A file or folder of the repository in inline code; a name with `*`, `<` or `…` stands for several. */
const PATH = /`((?:src|functions|test|tools|bench|training|deploy|docs)\/[\w./-]*)`/gu;

/** Made by a command, and not in the repository. */
const MADE = /^training\/build\/|\/\.venv$/u;

describe("a path of the repository that a page names", async () => {
  const pages: string[] = [];
  for await (const page of glob(PAGES, { cwd: root })) pages.push(page);

  it.each(pages)("exists: %s", async (page) => {
    const text = await readFile(join(root, page), "utf8");
    const paths = [...text.matchAll(PATH)].map(([, path = ""]) => path);
    const missing = paths.filter((path) => !MADE.test(path) && !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it("is named at all", () => {
    expect(pages.length).toBeGreaterThan(25);
  });
});
