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

/** Files to write into an otherwise empty tree, each with the one module that it imports. */
type Imports = readonly (readonly [file: string, imported: string])[];

const refused: Imports = [
  ["src/florence/planted.ts", "../contract/problems.ts"],
  ["src/florence/planted.ts", "zod"],
  ["src/bytes/planted.ts", "../contract/problems.ts"],
  ["src/contract/planted.ts", "../florence/tasks.ts"],
  ["src/contract/planted.ts", "hono"],
  ["src/http/planted.ts", "../runtime/session.ts"],
  ["src/http/planted.ts", "../payments/x402/claim.ts"],
  ["src/payments/x402/planted.ts", "../../http/app.ts"],
  ["src/charging/planted.ts", "../payments/x402/claim.ts"],
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
  ["src/forms/planted.ts", "../http/answer-body.ts"],
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
  ["src/accounts/planted.ts", "../cache/store.ts"],
  ["src/accounts/planted.ts", "zod"],
  ["src/playground/planted.ts", "zod"],
  ["src/site/planted.ts", "../http/site.ts"],
  ["src/client/planted.ts", "../contract/problems.ts"],
  ["src/client/planted.ts", "../inference/backend.ts"],
  ["src/client/planted.ts", "zod"],
  ["src/client/planted.ts", "node:fs"],
  ["src/client/planted-node.ts", "zod"],
];

const allowed: Imports = [
  ["src/http/planted.ts", "../contract/problems.ts"],
  ["src/http/planted.ts", "../accounts/key-codec.ts"],
  ["src/accounts/planted.ts", "../contract/prices.ts"],
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

/** Lints each import in a file of its own, and returns the codes of the broken rules by file name. */
async function lintImports(imports: Imports): Promise<ReadonlyMap<string, readonly string[]>> {
  const folder = await mkdtemp(join(tmpdir(), "planted-"));
  await mkdir(join(folder, "tools"));
  for (const file of ["oxlint.config.ts", "tools/rooms.ts", "tools/model-rooms.ts"])
    await copyFile(join(root, file), join(folder, file));
  for (const [index, [file, imported]] of imports.entries()) {
    const path = join(folder, numbered(file, index));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `import { planted } from "${imported}";\nplanted();\n`);
  }
  const oxlint = join(root, "node_modules/.bin/oxlint");
  const { stdout } = await promisify(execFile)(oxlint, ["--format", "json"], { cwd: folder, maxBuffer: 2 ** 24 }).catch(
    (error: { stdout: string }) => error,
  );
  await rm(folder, { recursive: true });
  const report: { diagnostics: { code: string; filename: string }[] } = JSON.parse(stdout);
  const byFile = Map.groupBy(report.diagnostics, ({ filename }) => filename);
  return new Map([...byFile].map(([file, diagnostics]) => [file, diagnostics.map(({ code }) => code)]));
}

/** Inserts the index: `planted.ts` → `planted-3.ts`, and `planted-node.ts` → `planted-3-node.ts`. */
function numbered(file: string, index: number): string {
  return file.replace("planted", `planted-${index}`);
}

describe("lint", () => {
  const imports = [...refused, ...allowed];
  let brokenRules: ReadonlyMap<string, readonly string[]> = new Map();
  beforeAll(async () => {
    brokenRules = await lintImports(imports);
  });

  it.each(imports.map(([file, imported], index) => ({ file, imported, index, isRefused: index < refused.length })))(
    "reports the import of $imported in $file: $isRefused",
    ({ file, index, isRefused }) => {
      expect(brokenRules.get(numbered(file, index)) ?? []).toEqual(isRefused ? ["eslint(no-restricted-imports)"] : []);
    },
  );
});

describe("tools/rooms.ts", () => {
  const names = rooms.map(({ name }) => name);

  it("lists every folder of src/, and src/ has no files of its own", async () => {
    const entries = await readdir(join(root, "src"));
    expect(entries.toSorted()).toEqual(names.filter((name) => !name.includes("/")).toSorted());
  });

  it.each(rooms)("lets $name import only folders listed before it, so that there is no import cycle", (room) => {
    const before = new Set(names.slice(0, names.indexOf(room.name)));
    const imported = room.imports.map((path) => path.replace(/\/[^/]*\.ts$/u, ""));
    expect(imported.filter((name) => !before.has(name))).toEqual([]);
  });

  it.each(rooms)("lists only existing paths as imports of $name", ({ imports }) => {
    expect(imports.filter((path) => !existsSync(join(root, "src", path)))).toEqual([]);
  });
});

it("wrangler.toml does not declare a Pages project, which would turn functions/ into routes", async () => {
  expect(await readFile(join(root, "wrangler.toml"), "utf8")).not.toContain("pages_build_output_dir");
});

it("wrangler.toml sets MAX_CACHED_TOKENS to the limit of an isolate", async () => {
  const toml = await readFile(join(root, "wrangler.toml"), "utf8");
  expect(toml).toContain(`MAX_CACHED_TOKENS = "${ISOLATE_MAX_CACHED_TOKENS}"`);
});

it("the Triton model accepts MAX_PROMPTS prompts per call", async () => {
  const python = await readFile(join(root, "deploy/triton/models/florence2/preparation.py"), "utf8");
  expect(python).toContain(`\nMAX_PROMPTS = ${MAX_PROMPTS}\n`);
});

it("wrangler.toml sets MAX_IMAGE_PIXELS to the limit of an isolate", async () => {
  const toml = await readFile(join(root, "wrangler.toml"), "utf8");
  expect(toml).toContain(`MAX_IMAGE_PIXELS = "${ISOLATE_LIMITS.maxPixels}"`);
});
