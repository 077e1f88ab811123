import { cp, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { bundle } from "../../tools/bundle.ts";
import { root, type Server, serve } from "../../tools/serve.ts";
import { lfsPointer } from "../support/onnx-model.ts";

const graph = "mini/onnx/encoder_model.onnx";

/** An offset in bytes in the middle of the graph's weights. */
const offset = 5_000_000;

let models = "";
let server: Server;
const image = await readFile(join(root, "test/pictures/street.jpg"));

async function flipByte(): Promise<void> {
  const file = await open(join(models, graph), "r+");
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, offset);
  await file.write(Buffer.of((buffer[0] ?? 0) ^ 0xff), 0, 1, offset);
  await file.close();
}

function send(): Promise<Response> {
  const headers = { "content-type": "image/jpeg" };
  return fetch(new URL("/v1/caption", server.url), { method: "POST", headers, body: image });
}

beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), "florence-edge-models-"));
  await cp(join(root, "model-shards"), models, { recursive: true });
  await flipByte();
  server = await serve(await bundle(), { port: 0, models });
});
afterAll(async () => {
  await server.stop();
  await rm(models, { recursive: true });
});

it("every response of a deployment with one wrong byte is model-corrupt and names the file", async () => {
  const responses = await Promise.all([send(), send(), fetch(new URL("/readyz", server.url))]);
  for (const response of responses) {
    const { code, detail } = ProblemDetails.parse(await response.json());
    expect([response.status, code]).toEqual([500, "model-corrupt"]);
    expect(detail).toContain(graph);
  }
});

it("a deployment of a clone without Git LFS is model-corrupt, is not worth a retry, and names Git LFS", async () => {
  const path = join(models, graph);
  const bytes = await readFile(path);
  await writeFile(path, lfsPointer(bytes.length));
  const { code, detail, retryable } = ProblemDetails.parse(await (await send()).json());
  await writeFile(path, bytes);
  expect([code, retryable]).toEqual(["model-corrupt", false]);
  expect(detail).toContain(graph);
  expect(detail).toContain("git lfs pull");
});

it("the deployment answers as soon as the byte is corrected", async () => {
  await flipByte();
  expect((await send()).status).toBe(200);
});
