import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import type { InferenceClient } from "../../src/inference/protocol/client.ts";
import { generations, goldenImages } from "../support/mini-goldens.ts";
import { checkpoint, environment, here, reuseTorch, root } from "./support/environment.ts";
import { describePlacement, remoteBackend, splitBackend } from "./support/placements.ts";
import { describeRawGraphs } from "./support/raw-graphs.ts";
import { clientOf, type ForeignServer, startServer } from "./support/server.ts";

const run = promisify(execFile);

/** The number of rows that a model has processed, and the number of batches. */
const Statistics = z.object({
  model_stats: z.tuple([z.object({ inference_count: z.int().positive(), execution_count: z.int().positive() })]),
});

const text = new TextEncoder();

let python: string;
let repository: string;
let server: ForeignServer;
let client: InferenceClient;

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), "florence-triton-"));
  const tool = join(root, "tools/triton-repository.ts");
  await run(process.execPath, [tool, "mini", repository, "--checkpoint", await checkpoint()]);
  python = await environment("triton");
  await reuseTorch("triton");
  const script = join(root, "deploy/triton/serve.py");
  server = await startServer(python, [script, "--end-with-parent", "--repository", repository, "--http-port"]);
  client = clientOf(server.url);
});

afterAll(async () => {
  await server.stop();
  await rm(repository, { recursive: true });
});

/** Calls `florence2` with an image that may be invalid. */
async function infer(image: Uint8Array, prompt: string, beams = 1): Promise<unknown> {
  return client.infer("florence2", {
    inputs: [
      { name: "image", datatype: "BYTES", shape: [1], data: [image] },
      { name: "prompt", datatype: "BYTES", shape: [1], data: [text.encode(prompt)] },
      { name: "num_beams", datatype: "INT32", shape: [1], data: Int32Array.of(beams) },
    ],
  });
}

describe("Triton with the repository written by tools/triton-repository.ts", () => {
  describeRawGraphs(() => client);
  describePlacement("split", () => splitBackend(client));
  describePlacement("remote", () => remoteBackend(client));

  it("supports the binary tensor extension", async () => {
    expect((await client.server()).extensions).toContain("binary_tensor_data");
  });

  it("answers concurrent requests with different images, prompts and settings in shared batches", async () => {
    const backend = remoteBackend(client);
    const checks = goldenImages.slice(2, 10).map(async ({ image, goldens }, at) => {
      const search = at % 2 === 0 ? "greedy" : "beams";
      const selected = goldens.slice(at, at + 2);
      const generated = await generations(backend, image, selected, search);
      expect(generated.map(({ tokenIds }) => tokenIds)).toEqual(selected.map((golden) => golden[search]));
    });
    await Promise.all(checks);
    const statistics: unknown = await (await fetch(new URL("/v2/models/florence2_generate/stats", server.url))).json();
    const [{ inference_count: rows, execution_count: batches }] = Statistics.parse(statistics).model_stats;
    expect(batches).toBeLessThan(rows);
  });

  it.each([
    ["bytes that are no image", () => infer(text.encode("no picture"), "What?"), "unsupported-image"],
    [
      "half an image",
      () => infer(goldenImages[0]?.image.bytes.slice(0, 2000) ?? text.encode(""), "What?"),
      "image-corrupt",
    ],
    [
      "a prompt that is too long",
      () => infer(goldenImages[0]?.image.bytes ?? text.encode(""), "word ".repeat(2000)),
      "prompt-too-long",
    ],
    ["too many beams", () => infer(goldenImages[0]?.image.bytes ?? text.encode(""), "What?", 99), "invalid-request"],
  ])("refuses %s with status 400 and its code", async (_, call, code) => {
    await expect(call()).rejects.toMatchObject({ kind: "refused", status: 400, code });
    expect(await client.ready()).toBe(true);
  });

  it("prepares images bit for bit like transformers, enforces its limits, and has configurations that fit NVIDIA's schema and the graphs", async () => {
    await run(python, [join(here, "preparation_check.py")]);
    await run(python, [join(here, "limits_check.py")]);
    const { stdout } = await run(python, [join(here, "repository_check.py"), repository]);
    expect(stdout.trim().split("\n")).toHaveLength(6);
  });
});
