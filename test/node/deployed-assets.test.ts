import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { linkAssets } from "../../tools/site/link-assets.ts";
import { mirror } from "../../tools/site/mirror.ts";
import { root } from "../../tools/serve.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-edge-deployed-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function emptySite(): Promise<string> {
  await mkdir(join(folder, "site"), { recursive: true });
  return join(folder, "site");
}

async function filesIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => file.slice(path.length + 1)).toSorted();
}

describe("the model assets of a deployment", () => {
  it("are the manifest and the files that it lists, without downloads, staging folders and unlisted files", async () => {
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
    await linkAssets({ site: await emptySite(), models }, join(folder, "assets"));
    const files = await filesIn(join(folder, "assets"));
    const topEntries = new Set(files.map((path) => path.replace(/(?<=models\/[^/]*\/).*/u, "")));
    expect([...topEntries]).toEqual(["models/manifest.json", "models/mini/"]);
    expect(files).toContain("models/mini/onnx/vision_encoder.onnx");
    expect(files).not.toContain("models/mini/source.json");
  });

  it("are those of the wanted models; the manifest lists all", async () => {
    const sources = {
      site: await emptySite(),
      models: join(root, "model-shards"),
      isWanted: (id: string) => id === "other",
    };
    await linkAssets(sources, join(folder, "assets"));
    expect(await filesIn(join(folder, "assets"))).toEqual(["models/manifest.json"]);
  });

  it("are nothing outside of the models folder, whatever a manifest lists", async () => {
    const models = join(folder, "models");
    await mkdir(models, { recursive: true });
    await writeFile(join(folder, ".dev.vars"), "BACKEND_AUTHORIZATION=secret");
    const part = { path: "../.dev.vars", bytes: 28, sha256: "0".repeat(64) };
    const files = [{ ...part, path: "config.json", parts: [part] }];
    const manifest = { version: 1, models: [{ id: "mini", revision: "r", dtype: "fp32", files }] };
    await writeFile(join(models, "manifest.json"), JSON.stringify(manifest));
    await linkAssets({ site: await emptySite(), models }, join(folder, "assets"));
    expect(await filesIn(join(folder, "assets"))).toEqual(["models/manifest.json"]);
  });

  it("are absent when the models folder does not exist", async () => {
    await linkAssets({ site: await emptySite(), models: join(folder, "nothing") }, join(folder, "assets"));
    await expect(readdir(join(folder, "assets"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("mirror", () => {
  it("makes the folder contain exactly the given files", async () => {
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

  it("does not rewrite an unchanged file, so that file watchers are not triggered", async () => {
    const into = join(folder, "into");
    await mkdir(into);
    await writeFile(join(folder, "one"), "1");
    await writeFile(join(into, "one"), "1");
    const { ino } = await stat(join(into, "one"));
    await mirror(new Map([["one", join(folder, "one")]]), into);
    expect((await stat(join(into, "one"))).ino).toBe(ino);
  });

  it("allows concurrent calls for the same files", async () => {
    await writeFile(join(folder, "one"), "1");
    const files = new Map([["a/one", join(folder, "one")]]);
    await Promise.all(Array.from({ length: 8 }, () => mirror(files, join(folder, "into"))));
    expect(await filesIn(join(folder, "into"))).toEqual(["a/one"]);
  });
});
