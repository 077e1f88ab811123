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

/** How many rows a model has seen, in how many batches. */
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

/** One call of `florence2` as it should not be. */
async function ask(image: Uint8Array, prompt: string, beams = 1): Promise<unknown> {
  return client.infer("florence2", {
    inputs: [
      { name: "image", datatype: "BYTES", shape: [1], data: [image] },
      { name: "prompt", datatype: "BYTES", shape: [1], data: [text.encode(prompt)] },
      { name: "num_beams", datatype: "INT32", shape: [1], data: Int32Array.of(beams) },
    ],
  });
}

describe("Triton with the repository that we write", () => {
  describeRawGraphs(() => client);
  describePlacement("split", () => splitBackend(client));
  describePlacement("remote", () => remoteBackend(client));

  it("speaks binary tensors", async () => {
    expect((await client.server()).extensions).toContain("binary_tensor_data");
  });

  it("answers different pictures, prompts and settings at once, in common batches", async () => {
    const backend = remoteBackend(client);
    const asked = goldenImages.slice(2, 10).map(async ({ image, goldens }, at) => {
      const search = at % 2 === 0 ? "greedy" : "beams";
      const those = goldens.slice(at, at + 2);
      const written = await generations(backend, image, those, search);
      expect(written.map(({ tokenIds }) => tokenIds)).toEqual(those.map((golden) => golden[search]));
    });
    await Promise.all(asked);
    const statistics: unknown = await (await fetch(new URL("/v2/models/florence2_generate/stats", server.url))).json();
    const [{ inference_count: pictures, execution_count: batches }] = Statistics.parse(statistics).model_stats;
    expect(batches).toBeLessThan(pictures);
  });

  it.each([
    ["no picture", () => ask(text.encode("no picture"), "What?"), "unsupported-image"],
    [
      "half a picture",
      () => ask(goldenImages[0]?.image.bytes.slice(0, 2000) ?? text.encode(""), "What?"),
      "image-corrupt",
    ],
    [
      "a prompt too long",
      () => ask(goldenImages[0]?.image.bytes ?? text.encode(""), "word ".repeat(2000)),
      "prompt-too-long",
    ],
    ["too many beams", () => ask(goldenImages[0]?.image.bytes ?? text.encode(""), "What?", 99), "invalid-request"],
  ])("refuses %s with status 400 and its code", async (_, call, code) => {
    await expect(call()).rejects.toMatchObject({ kind: "refused", status: 400, code });
    expect(await client.ready()).toBe(true);
  });

  it("prepares pictures as transformers does, bit for bit, keeps its limits, and its configurations fit NVIDIA's schema and the graphs", async () => {
    await run(python, [join(here, "preparation_check.py")]);
    await run(python, [join(here, "limits_check.py")]);
    const { stdout } = await run(python, [join(here, "repository_check.py"), repository]);
    expect(stdout.trim().split("\n")).toHaveLength(6);
  });
});
