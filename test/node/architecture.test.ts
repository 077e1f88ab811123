import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import { MAX_PROMPTS } from "../../src/inference/backend.ts";
import { ISOLATE_MAX_CACHED_TOKENS } from "../../src/placements/embedded.ts";
import { rooms } from "../../tools/rooms.ts";
import { root } from "../../tools/serve.ts";

/** What each file imports that is planted in a copy of the tree. */
type Planted = readonly (readonly [file: string, imported: string])[];

const refused: Planted = [
  ["src/florence/planted.ts", "../contract/problems.ts"],
  ["src/florence/planted.ts", "zod"],
  ["src/bytes/planted.ts", "../contract/problems.ts"],
  ["src/contract/planted.ts", "../florence/tasks.ts"],
  ["src/contract/planted.ts", "hono"],
  ["src/http/planted.ts", "../runtime/session.ts"],
  ["src/http/planted.ts", "../answering/answer.ts"],
  ["src/image/planted.ts", "../florence/tasks.ts"],
  ["src/image/planted.ts", "../contract/service.ts"],
  ["src/intake/planted.ts", "../generations/request.ts"],
  ["src/inference/planted.ts", "../runtime/session.ts"],
  ["src/inference/planted.ts", "../placements/embedded.ts"],
  ["src/inference/protocol/planted.ts", "../backend.ts"],
  ["src/inference/protocol/planted.ts", "../../contract/problems.ts"],
  ["src/inference/protocol/planted.ts", "zod"],
  ["src/runtime/planted.ts", "../image/sniff.ts"],
  ["src/runtime/planted.ts", "../decoding/generate.ts"],
  ["src/runtime/planted.ts", "node:fs"],
  ["src/runtime/planted.ts", "onnxruntime-node"],
  ["src/runtime/planted.ts", "cloudflare:workers"],
  ["src/runtime/planted-node.ts", "cloudflare:workers"],
  ["src/weights/planted.ts", "../runtime/session.ts"],
  ["src/pixels/planted.ts", "../runtime/session.ts"],
  ["src/pixels/planted.ts", "../image/sniff.ts"],
  ["src/decoding/planted.ts", "../placements/embedded.ts"],
  ["src/placements/planted.ts", "../generations/request.ts"],
  ["src/placements/planted.ts", "../answering/answer.ts"],
  ["src/cache/planted.ts", "../inference/backend.ts"],
  ["src/generations/planted.ts", "../placements/embedded.ts"],
  ["src/forms/planted.ts", "../image/sniff.ts"],
  ["src/forms/planted.ts", "../http/form-body.ts"],
  ["src/overlay/planted.ts", "../forms/outline.ts"],
  ["src/engine/planted.ts", "../image/sniff.ts"],
  ["src/engine/planted.ts", "node:fs"],
  ["src/serving/planted.ts", "../florence/tasks.ts"],
  ["src/serving/planted.ts", "../http/app.ts"],
  ["src/serving/planted.ts", "../answering/answer.ts"],
  ["src/answering/planted.ts", "../http/app.ts"],
  ["src/answering/planted.ts", "../placements/embedded.ts"],
  ["src/answering/planted.ts", "../../functions/api.ts"],
  ["src/answering/planted.ts", "../../test/support/calls.ts"],
  ["src/playground/planted.ts", "../contract/problems.ts"],
  ["src/playground/planted.ts", "../florence/tasks.ts"],
  ["src/playground/planted.ts", "zod"],
  ["src/site/planted.ts", "../http/site.ts"],
  ["src/client/planted.ts", "../contract/problems.ts"],
  ["src/client/planted.ts", "../inference/backend.ts"],
  ["src/client/planted.ts", "zod"],
  ["src/client/planted.ts", "node:fs"],
  ["src/client/planted-node.ts", "zod"],
];

const allowed: Planted = [
  ["src/http/planted.ts", "../contract/problems.ts"],
  ["src/http/planted.ts", "hono/cors"],
  ["src/runtime/planted.ts", "../inference/backend.ts"],
  ["src/runtime/planted-node.ts", "onnxruntime-node"],
  ["src/engine/planted-node.ts", "node:worker_threads"],
  ["src/serving/planted.ts", "../http/body.ts"],
  ["src/serving/planted.ts", "../http/event-stream.ts"],
  ["src/placements/planted.ts", "../inference/protocol/client.ts"],
  ["src/answering/planted.ts", "../florence/tasks.ts"],
  ["src/forms/planted.ts", "../florence/reference.ts"],
  ["src/playground/planted.ts", "../client/florence.ts"],
  ["src/playground/planted.ts", "../contract/problem-table.ts"],
  ["src/client/planted.ts", "../inference/protocol/sse.ts"],
  ["src/client/planted-node.ts", "node:fs"],
  ["functions/planted.ts", "../src/http/app.ts"],
];

/** The rules that lint finds broken, by file: each import stands in a file of its own, in an otherwise empty tree. */
async function lintPlanted(planted: Planted): Promise<ReadonlyMap<string, readonly string[]>> {
  const folder = await mkdtemp(join(tmpdir(), "planted-"));
  await mkdir(join(folder, "tools"));
  for (const file of ["oxlint.config.ts", "tools/rooms.ts"]) await copyFile(join(root, file), join(folder, file));
  for (const [at, [file, imported]] of planted.entries()) {
    const path = join(folder, numbered(file, at));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `import { planted } from "${imported}";\nplanted();\n`);
  }
  const oxlint = join(root, "node_modules/.bin/oxlint");
  const { stdout } = await promisify(execFile)(oxlint, ["--format", "json"], { cwd: folder, maxBuffer: 2 ** 24 }).catch(
    (failed: { stdout: string }) => failed,
  );
  await rm(folder, { recursive: true });
  const report: { diagnostics: { code: string; filename: string }[] } = JSON.parse(stdout);
  const byFile = Map.groupBy(report.diagnostics, ({ filename }) => filename);
  return new Map([...byFile].map(([file, found]) => [file, found.map(({ code }) => code)]));
}

/** `planted.ts` → `planted-3.ts`, and `planted-node.ts` → `planted-3-node.ts`. */
function numbered(file: string, at: number): string {
  return file.replace("planted", `planted-${at}`);
}

describe("lint", () => {
  const planted = [...refused, ...allowed];
  let broken: ReadonlyMap<string, readonly string[]> = new Map();
  beforeAll(async () => {
    broken = await lintPlanted(planted);
  });

  it.each(planted.map(([file, imported], at) => ({ file, imported, at, isRefused: at < refused.length })))(
    "$file importing $imported: refused is $isRefused",
    ({ file, at, isRefused }) => {
      expect(broken.get(numbered(file, at)) ?? []).toEqual(isRefused ? ["eslint(no-restricted-imports)"] : []);
    },
  );
});

describe("the table of rooms", () => {
  const names = rooms.map(({ name }) => name);

  it("has every folder of src/, and src/ has no loose files", async () => {
    const entries = await readdir(join(root, "src"));
    expect(entries.toSorted()).toEqual(names.filter((name) => !name.includes("/")).toSorted());
  });

  it.each(rooms)("lets $name import only rooms that stand before it, so that rooms form no cycle", (room) => {
    const before = new Set(names.slice(0, names.indexOf(room.name)));
    const imported = room.imports.map((path) => path.replace(/\/[^/]*\.ts$/u, ""));
    expect(imported.filter((name) => !before.has(name))).toEqual([]);
  });

  it.each(rooms)("names nothing for $name that is not there", ({ imports }) => {
    expect(imports.filter((path) => !existsSync(join(root, "src", path)))).toEqual([]);
  });
});

it("nothing makes this a Pages project, which would turn functions/ into routes", async () => {
  expect(await readFile(join(root, "wrangler.toml"), "utf8")).not.toContain("pages_build_output_dir");
});

it("a deployment lets the decoder keep as much as an isolate has memory for", async () => {
  const toml = await readFile(join(root, "wrangler.toml"), "utf8");
  expect(toml).toContain(`MAX_CACHED_TOKENS = "${ISOLATE_MAX_CACHED_TOKENS}"`);
});

it("Triton's model takes as many prompts of one call as are sent", async () => {
  const python = await readFile(join(root, "deploy/triton/models/florence2/preparation.py"), "utf8");
  expect(python).toContain(`\nMAX_PROMPTS = ${MAX_PROMPTS}\n`);
});

it("a deployment takes as many pixels as an isolate can decode", async () => {
  const toml = await readFile(join(root, "wrangler.toml"), "utf8");
  expect(toml).toContain(`MAX_IMAGE_PIXELS = "${ISOLATE_LIMITS.maxPixels}"`);
});
