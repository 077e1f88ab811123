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

/** What `npm run vectors` prints for a folder, and its exit code. */
function vectors(...paths: readonly string[]): Promise<{ readonly printed: string; readonly code: number }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(root, "tools/vectors.ts"), ...paths], (_, printed) => {
      resolve({ printed, code: child.exitCode ?? -1 });
    });
  });
}

function planted(expected: string): string {
  const vector = { id: "planted", task: "<OCR>", text: "a", image_size: [1, 1], expected: { "<OCR>": expected } };
  return JSON.stringify({ vectors: [vector] });
}

describe("npm run vectors", () => {
  it("counts what passed, file by file", async () => {
    const { printed, code } = await vectors(join(root, "test/vectors/florence-2"));
    expect(printed).toContain("postprocess.json: 456 passed, 0 failed\n");
    expect(printed).toContain("scores.json: 26 passed, 0 failed\n");
    expect(printed).toContain("beam-search.json: 40 passed, 0 failed\n");
    expect(code).toBe(0);
  });

  it("shows a difference and exits 1", async () => {
    await writeFile(join(folder, "postprocess.json"), planted("b"));
    const { printed, code } = await vectors(folder);
    expect(printed).toMatch(
      /^postprocess\.json: 0 passed, 1 failed\n {2}planted\n.*\{"<OCR>":"b"\}\n.*\{"<OCR>":"a"\}\n/u,
    );
    expect(code).toBe(1);
  });

  it("does not pass what it cannot run", async () => {
    await writeFile(join(folder, "postprocess.json"), planted("a"));
    await writeFile(join(folder, "unheard-of.json"), "{}");
    const { printed, code } = await vectors(folder);
    expect(printed).toContain("postprocess.json: 1 passed, 0 failed\n");
    expect(printed).toContain("unheard-of.json: not run");
    expect(code).toBe(1);
  });

  it("exits 2 without a folder", async () => {
    expect(await vectors()).toMatchObject({ code: 2 });
  });
});
