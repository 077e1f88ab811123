import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { array, assert, asyncProperty, string } from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildKey } from "../../tools/build/build-key.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-edge-build-key-test-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** What a build is made from: one file for each kind of input. */
const INPUTS = [
  "src/http/app.ts",
  "src/playground/index.html",
  "functions/api.ts",
  "tools/build/build-key.ts",
  "tools/site/build-pages.ts",
  "tools/build-worker.ts",
  "test/pictures/street.jpg",
  "package.json",
  "package-lock.json",
  "node_modules/.package-lock.json",
  "wrangler.toml",
  "tsconfig.json",
  ".dev.vars",
];

const key = () => buildKey(folder, "functions/api.ts");

describe("the key of a build", () => {
  beforeEach(async () => {
    for (const path of INPUTS) await write(path, path);
  });

  it.each(INPUTS)("changes with %s, and is the old one again when that is", async (path) => {
    const before = key();
    await write(path, "changed");
    expect(key()).not.toBe(before);
    await write(path, path);
    expect(key()).toBe(before);
    await rm(join(folder, path));
    expect(key()).not.toBe(before);
  });

  it("changes with a new file, with a file's name, and with the entry point", async () => {
    const keys = [key(), buildKey(folder, "functions/gpu.ts")];
    await write("src/new.ts", "");
    keys.push(key());
    await rm(join(folder, "src/new.ts"));
    await write("src/newer.ts", "");
    keys.push(key());
    expect(new Set(keys).size).toBe(4);
  });

  it("does not change with times, nor with files that are no input", async () => {
    const before = key();
    await utimes(join(folder, "src/http/app.ts"), 1, 1);
    await write("test/node/any.test.ts", "");
    await write("README.md", "");
    expect(key()).toBe(before);
  });

  it("differs for any two different sets of texts", async () => {
    const texts = array(string({ maxLength: 3 }), { minLength: 3, maxLength: 3 });
    const keys = new Map<string, string>();
    await assert(
      asyncProperty(texts, async (three) => {
        for (const [index, text] of three.entries()) await write(`src/${index}.ts`, text);
        const [found, text] = [key(), JSON.stringify(three)];
        expect(keys.get(found) ?? text).toBe(text);
        keys.set(found, text);
      }),
      { numRuns: 50 },
    );
  });
});
