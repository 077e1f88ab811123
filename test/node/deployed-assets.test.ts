import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildModelAssets } from "../../tools/site/build-assets.ts";
import { mirror } from "../../tools/site/mirror.ts";
import { root } from "../../tools/serve.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-edge-deployed-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function filesIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => file.slice(path.length + 1)).toSorted();
}

describe("what a deployment takes of a folder of models", () => {
  it("is the manifest and what it names, and neither downloads nor what is beside them", async () => {
    const models = join(folder, "models");
    await cp(join(root, "model-shards"), models, {
      recursive: true,
      filter: (path) => !/florence-2-|\.downloads/u.test(path),
    });
    await mkdir(join(models, ".downloads/owner"), { recursive: true });
    await mkdir(join(models, ".staging-a/mini"), { recursive: true });
    await writeFile(join(models, ".downloads/owner/model.part"), "part");
    await writeFile(join(models, ".staging-a/mini/part"), "part");
    await writeFile(join(models, "mini/source.json"), "{}");
    await buildModelAssets(models, join(folder, "assets"));
    const files = await filesIn(join(folder, "assets"));
    const tops = new Set(files.map((path) => path.replace(/(?<=models\/[^/]*\/).*/u, "")));
    expect([...tops]).toEqual(["models/manifest.json", "models/mini/"]);
    expect(files).toContain("models/mini/onnx/vision_encoder.onnx");
    expect(files).not.toContain("models/mini/source.json");
  });

  it("is nothing where there is none", async () => {
    await buildModelAssets(join(folder, "nothing"), join(folder, "assets"));
    await expect(readdir(join(folder, "assets"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("mirror", () => {
  it("makes a folder hold these files and no others", async () => {
    await writeFile(join(folder, "one"), "1");
    const into = join(folder, "into");
    await mirror(
      new Map([
        ["a/one", join(folder, "one")],
        ["two", join(folder, "one")],
      ]),
      into,
    );
    expect(await filesIn(into)).toEqual(["a/one", "two"]);
    await mirror(new Map([["b/one", join(folder, "one")]]), into);
    expect(await filesIn(into)).toEqual(["b/one"]);
    expect(await readFile(join(into, "b/one"), "utf8")).toBe("1");
  });

  it("leaves alone what is the same, so that nobody who watches wakes", async () => {
    const into = join(folder, "into");
    await mkdir(into);
    await writeFile(join(folder, "one"), "1");
    await writeFile(join(into, "one"), "1");
    const { ino } = await stat(join(into, "one"));
    await mirror(new Map([["one", join(folder, "one")]]), into);
    expect((await stat(join(into, "one"))).ino).toBe(ino);
  });

  it("can be run by several at a time", async () => {
    await writeFile(join(folder, "one"), "1");
    const files = new Map([["a/one", join(folder, "one")]]);
    await Promise.all(Array.from({ length: 8 }, () => mirror(files, join(folder, "into"))));
    expect(await filesIn(join(folder, "into"))).toEqual(["a/one"]);
  });
});
