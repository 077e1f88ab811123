import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { root, serve } from "../../tools/serve.ts";

let assets = "";
beforeEach(async () => {
  assets = await mkdtemp(join(tmpdir(), "florence-edge-assets-"));
});
afterEach(() => rm(assets, { recursive: true }));

it("a deployment takes the manifest and the models, and neither downloads nor what is beside them", async () => {
  const shipped = join(root, "model-shards");
  await cp(shipped, assets, { recursive: true, filter: (path) => !/florence-2-|\.downloads/u.test(path) });
  await mkdir(join(assets, ".downloads/owner"), { recursive: true });
  await mkdir(join(assets, ".staging-a/mini"), { recursive: true });
  // More than one asset may have.
  await writeFile(join(assets, ".downloads/owner/model.part"), Buffer.alloc(26 * 1024 * 1024));
  await writeFile(join(assets, ".staging-a/mini/part"), "part");
  await writeFile(join(assets, "mini/source.json"), "{}");
  const contents = Buffer.from("export default { fetch: (request, env) => env.ASSETS.fetch(request) };");
  const server = await serve([{ type: "ESModule", path: "index.js", contents }], { port: 0, assets });
  const paths = ["manifest.json", "mini/config.json", "README.md", "sources.json", "mini/source.json", ".assetsignore"];
  const inProgress = [".downloads/owner/model.part", ".staging-a/mini/part"];
  const answers = [...paths, ...inProgress].map(async (path) => (await fetch(new URL(path, server.url))).status);
  expect(await Promise.all(answers)).toEqual([200, 200, 404, 404, 404, 404, 404, 404]);
  await server.stop();
});
