import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeRequest } from "../../../src/inference/protocol/binary-extension.ts";
import type { NamedTensor } from "../../../src/inference/protocol/datatypes.ts";
import { inferJson, MAX_MESSAGE_JSON_BYTES } from "../../../src/serving/body.ts";
import type { RunningServer } from "../../../src/serving/start-node.ts";
import { startMiniServer } from "../../support/gpu-server.ts";
import { bilevelPng, inflatingPng } from "../../support/image-bytes.ts";
import { valueOf } from "../../support/protocol-tensors.ts";
import { caption, idsOf, inferBody, rawSocket, received, street64 } from "../../support/serving-client.ts";
import { samplesOf } from "../../support/serving-samples.ts";

/** Short enough for a test and long enough for a busy machine. */
const timeouts = { receiveMs: 500, stallMs: 500 };

/** Enough bytes for the features of two images of the mini model, but not of three. */
const featureBytes = 150_000;

let server: RunningServer & AsyncDisposable;
beforeAll(async () => {
  server = await startMiniServer({ timeouts, featureBytes });
});
afterAll(() => server[Symbol.asyncDispose]());

const inferUrl = (model: string) => new URL(`/v2/models/${model}/infer`, server.url);
const metrics = async () => samplesOf(await (await fetch(new URL("/metrics", server.url))).text());

async function send(model: string, inputs: readonly NamedTensor[]): Promise<Response> {
  const { body, headers } = valueOf(encodeRequest({ inputs, parameters: { binary_data_output: true } }, () => true));
  return fetch(inferUrl(model), { method: "POST", body, headers });
}

async function generatesCaption(): Promise<boolean> {
  const ids = await idsOf(await fetch(inferUrl("florence2"), { method: "POST", body: inferBody() }));
  return ids.join() === caption.join();
}

/** How long the health check takes, in milliseconds. */
async function healthMs(): Promise<number> {
  const begun = performance.now();
  await (await fetch(new URL("/v2/health/live", server.url))).text();
  return performance.now() - begun;
}

describe("a body", () => {
  it.each(["[", "{", '{"a":', '[{"a":'])(
    "of 32 MiB of %s is rejected in about a second, which is the time to read it",
    async (unit) => {
      const body = unit.repeat(Math.floor(MAX_MESSAGE_JSON_BYTES / unit.length));
      const begun = performance.now();
      expect((await fetch(inferUrl("florence2"), { method: "POST", body })).status).toBe(400);
      expect(performance.now() - begun).toBeLessThan(5000);
    },
  );

  // Before structures were counted, 60 MB of either kept everybody waiting for three to six seconds.
  it.each([
    ["one element too many", "INT32", "1", inferJson.commas, 400],
    ["the maximum of integers", "INT64", "1", inferJson.commas - 3, 400],
    ["the maximum of long numbers", "FP32", "0.12345678", inferJson.commas - 3, 400],
    ["the maximum of texts", "BYTES", '""', inferJson.commas - 3, 400],
  ])("with %s does not keep others waiting", async (_name, datatype, element, count, status) => {
    const data = `${`${element},`.repeat(count - 1)}${element}`;
    const body = `{"inputs":[{"name":"prompt","datatype":"${datatype}","shape":[${count}],"data":[${data}]}]}`;
    const answered = fetch(inferUrl("florence2"), { method: "POST", body });
    const ended = answered.then(() => undefined);
    let longestMs = 0;
    for (let waited: number | undefined = 0; waited !== undefined; waited = await Promise.race([ended, healthMs()])) {
      longestMs = Math.max(longestMs, waited);
    }
    expect((await answered).status).toBe(status);
    // 0.15 s on two idle cores.
    expect(longestMs).toBeLessThan(1000);
  });

  it.each([
    ["claims 2^53 elements", '{"inputs":[{"name":"prompt","datatype":"BYTES","shape":[9007199254740992],"data":[]}]}'],
    ["has a hundred thousand inputs", `{"inputs":[${'{"name":"a"},'.repeat(100_000)}0]}`],
    [
      "has 2^18 empty prompts",
      JSON.stringify({
        inputs: [
          { name: "prompt", datatype: "BYTES", shape: [2 ** 18], data: Array.from({ length: 2 ** 18 }, () => "") },
        ],
      }),
    ],
  ])("that %s is rejected", async (_name, body) => {
    expect((await fetch(inferUrl("florence2"), { method: "POST", body })).status).toBe(400);
  });

  it("with a prompt of ten megabytes is rejected", async () => {
    const image: NamedTensor = {
      name: "image",
      datatype: "BYTES",
      shape: [1],
      data: [Buffer.from(street64, "base64")],
    };
    const data = [new TextEncoder().encode("word ".repeat(2_000_000))];
    expect((await send("florence2", [image, { name: "prompt", datatype: "BYTES", shape: [1], data }])).status).toBe(
      422,
    );
  });

  it("is parsed whatever its content type is", async () => {
    const headers = { "content-type": "text/csv" };
    expect((await fetch(inferUrl("florence2"), { method: "POST", body: inferBody(), headers })).status).toBe(200);
  });

  it("that stalls is answered with 408 and never counts as in flight", async () => {
    using socket = await rawSocket(server.url);
    socket.write("POST /v2/models/florence2/infer HTTP/1.1\r\nhost: gpu\r\ncontent-length: 100\r\n\r\n{");
    expect(await metrics()).toMatchObject({ florence_requests_inside: 0 });
    expect(await received(socket)).toMatch(/^HTTP\/1.1 408 /);
    expect(await metrics()).toMatchObject({ florence_requests_inside: 0 });
  });
});

/** Sends an image to the encoder model. */
function encode(...data: readonly Uint8Array[]): Promise<Response> {
  const prompt: NamedTensor = {
    name: "prompt",
    datatype: "BYTES",
    shape: [1],
    data: [new TextEncoder().encode("a")],
  };
  return send("florence2_encoder", [{ name: "image", datatype: "BYTES", shape: [1], data }, prompt]);
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: gpu\r\n`;

describe("images", () => {
  it("that would fill the memory are rejected by their declared size, or as soon as they inflate to more than it", async () => {
    expect((await encode(await bilevelPng(20_000, 20_000))).status).toBe(413);
    expect((await encode(await inflatingPng(100, 100_000_000))).status).toBe(422);
  });

  it("are evicted from the feature cache when it is full", async () => {
    for (const side of [20, 21, 22, 23]) expect((await encode(await bilevelPng(side, side))).status).toBe(200);
    while ((await metrics())["florence_features_cached"] !== 2);
    expect((await metrics())["florence_features_cached_bytes"]).toBeLessThanOrEqual(featureBytes);
    const evicted = createHash("sha256")
      .update(await bilevelPng(20, 20))
      .digest("hex");
    const digest: NamedTensor = {
      name: "image_digest",
      datatype: "BYTES",
      shape: [1],
      data: [new TextEncoder().encode(evicted)],
    };
    const prompt: NamedTensor = { ...digest, name: "prompt" };
    expect((await send("florence2_encoder", [digest, prompt])).status).toBe(404);
  });
});

describe("connections", () => {
  it("that are idle do not block a request, even five hundred of them", async () => {
    const idle = await Promise.all(Array.from({ length: 500 }, () => rawSocket(server.url)));
    expect(await generatesCaption()).toBe(true);
    for (const socket of idle) socket.destroy();
  });

  it("with pipelined requests are answered in order", async () => {
    using socket = await rawSocket(server.url);
    socket.write(`${get("/v2")}\r\n${get("/nowhere")}\r\n${get("/v2/health/live")}connection: close\r\n\r\n`);
    const statuses = [...(await received(socket)).matchAll(/HTTP\/1.1 (\d+)/gu)].map(([, status]) => status);
    expect(statuses).toEqual(["200", "404", "200"]);
  });
});
