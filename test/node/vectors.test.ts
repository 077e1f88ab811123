import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../tools/serve.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vectors-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the command and returns what it prints and its exit code. */
function runVectors(...paths: readonly string[]): Promise<{ readonly printed: string; readonly code: number }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(root, "tools/vectors.ts"), ...paths], (_, printed) => {
      resolve({ printed, code: child.exitCode ?? -1 });
    });
  });
}

function vectorFile(expected: string): string {
  const vector = { id: "planted", task: "<OCR>", text: "a", image_size: [1, 1], expected: { "<OCR>": expected } };
  return JSON.stringify({ vectors: [vector] });
}

describe("npm run vectors", () => {
  it("prints the number of passed and failed vectors of each file", async () => {
    const { printed, code } = await runVectors(join(root, "test/vectors/florence-2"));
    expect(printed).toContain("postprocess.json: 456 passed, 0 failed\n");
    expect(printed).toContain("scores.json: 56 passed, 0 failed\n");
    expect(printed).toContain("beam-search.json: 40 passed, 0 failed\n");
    expect(code).toBe(0);
  });

  it("prints a difference and exits with 1", async () => {
    await writeFile(join(folder, "postprocess.json"), vectorFile("b"));
    const { printed, code } = await runVectors(folder);
    expect(printed).toMatch(
      /^postprocess\.json: 0 passed, 1 failed\n {2}planted\n.*\{"<OCR>":"b"\}\n.*\{"<OCR>":"a"\}\n/u,
    );
    expect(code).toBe(1);
  });

  it("reports a file that it cannot run and exits with 1", async () => {
    await writeFile(join(folder, "postprocess.json"), vectorFile("a"));
    await writeFile(join(folder, "unheard-of.json"), "{}");
    const { printed, code } = await runVectors(folder);
    expect(printed).toContain("postprocess.json: 1 passed, 0 failed\n");
    expect(printed).toContain("unheard-of.json: not run");
    expect(code).toBe(1);
  });

  it("exits with 2 without a folder", async () => {
    expect(await runVectors()).toMatchObject({ code: 2 });
  });
});
