import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ISOLATE_LIMITS } from "../../src/image/intake.ts";
import { MAX_PROMPTS } from "../../src/inference/backend.ts";
import { ISOLATE_MAX_CACHED_TOKENS } from "../../src/placements/embedded.ts";
import { root } from "../../tools/serve.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "planted-"));
  await copyFile(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The rules that lint breaks off with when a file of this room imports that module. */
async function rulesBrokenBy(file: string, imported: string): Promise<readonly string[]> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `import { planted } from "${imported}";\nplanted();\n`);
  const oxlint = join(root, "node_modules/.bin/oxlint");
  const { stdout } = await promisify(execFile)(oxlint, ["--format", "json", path], { cwd: folder }).catch(
    (failed: { stdout: string }) => failed,
  );
  await rm(path);
  const report: { diagnostics: { code: string }[] } = JSON.parse(stdout);
  return report.diagnostics.map(({ code }) => code);
}

const restricted = ["eslint(no-restricted-imports)"];

describe("lint", () => {
  it.each([
    ["src/florence/planted.ts", "../contract/problems.ts"],
    ["src/florence/planted.ts", "zod"],
    ["src/bytes/planted.ts", "../contract/problems.ts"],
    ["src/contract/planted.ts", "../florence/tasks.ts"],
    ["src/http/planted.ts", "../runtime/session.ts"],
    ["src/http/planted.ts", "../answer.ts"],
    ["src/image/planted.ts", "../florence/tasks.ts"],
    ["src/inference/planted.ts", "../runtime/session.ts"],
    ["src/runtime/planted.ts", "../image/intake.ts"],
    ["src/runtime/planted.ts", "node:fs"],
    ["src/runtime/planted.ts", "cloudflare:workers"],
    ["src/inference/protocol/planted.ts", "../backend.ts"],
    ["src/inference/protocol/planted.ts", "zod"],
    ["src/cache/planted.ts", "../inference/backend.ts"],
    ["src/forms/planted.ts", "../image/intake.ts"],
    ["src/forms/planted.ts", "../http/form-body.ts"],
    ["src/overlay/planted.ts", "../forms/outline.ts"],
    ["src/engine/planted.ts", "../image/intake.ts"],
    ["src/engine/planted.ts", "node:fs"],
    ["src/serving/planted.ts", "../florence/tasks.ts"],
    ["src/serving/planted.ts", "../http/app.ts"],
    ["src/answer.ts", "./http/app.ts"],
    ["src/answer.ts", "../functions/api.ts"],
    ["src/contract/planted.ts", "hono"],
    ["src/playground/planted.ts", "../contract/problems.ts"],
    ["src/playground/planted.ts", "../florence/tasks.ts"],
    ["src/playground/planted.ts", "zod"],
    ["src/site/planted.ts", "../http/site.ts"],
    ["src/client/planted.ts", "../contract/problems.ts"],
    ["src/client/planted.ts", "../inference/backend.ts"],
    ["src/client/planted.ts", "zod"],
    ["src/client/planted.ts", "node:fs"],
  ])("refuses %s importing %s", async (file, imported) => {
    expect(await rulesBrokenBy(file, imported)).toEqual(restricted);
  });

  it.each([
    ["src/http/planted.ts", "../contract/problems.ts"],
    ["src/runtime/planted.ts", "../inference/backend.ts"],
    ["src/runtime/ort-node.ts", "onnxruntime-node"],
    ["src/engine/thread-node.ts", "node:worker_threads"],
    ["src/serving/planted.ts", "../http/body.ts"],
    ["src/serving/planted.ts", "../http/event-stream.ts"],
    ["src/answer.ts", "./florence/tasks.ts"],
    ["src/forms/planted.ts", "../florence/reference.ts"],
    ["functions/planted.ts", "../src/http/app.ts"],
    ["src/playground/planted.ts", "../client/florence.ts"],
    ["src/playground/planted.ts", "../contract/problem-table.ts"],
    ["src/client/planted.ts", "../inference/protocol/sse.ts"],
    ["src/client/planted-node.ts", "node:fs"],
  ])("allows %s importing %s", async (file, imported) => {
    expect(await rulesBrokenBy(file, imported)).toEqual([]);
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
