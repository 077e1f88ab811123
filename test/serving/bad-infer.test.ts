import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import type { InferRequest } from "../../src/inference/protocol/messages.ts";
import { inferJson, MAX_MESSAGE_BYTES } from "../../src/serving/body.ts";
import { MAX_PROMPTS } from "../../src/inference/backend.ts";
import { MAX_BACKEND_BEAMS, MAX_LENGTH_PENALTY, MAX_PROMPT_LENGTH } from "../../src/serving/florence2-inputs.ts";
import { halfJpeg } from "../support/image-bytes.ts";
import { ask, counts, errorOf, image, servingApp, street, texts } from "../support/serving-app.ts";
import { TINY_POSITIONS } from "../support/tiny-model.ts";

const prompt = texts("prompt", "a");
const bytes = (name: string, ...data: readonly Uint8Array[]): NamedTensor => ({
  name,
  datatype: "BYTES",
  shape: [data.length],
  data,
});
const invalidUtf8 = Uint8Array.of(0x61, 0xff);

const bad: readonly (readonly [string, readonly NamedTensor[]])[] = [
  ["no inputs", []],
  ["no prompt", [image]],
  ["neither image nor digest", [prompt]],
  ["two images", [bytes("image", street, street), prompt]],
  ["an image as numbers", [{ name: "image", datatype: "UINT8", shape: [1], data: Uint8Array.of(1) }, prompt]],
  ["an image in a list", [{ ...image, shape: [1, 1] }, prompt]],
  ["two digests", [image, prompt, texts("image_digest", "a", "b")]],
  ["the digest of another image", [image, prompt, texts("image_digest", "0".repeat(64))]],
  ["a digest that is not UTF-8", [image, prompt, bytes("image_digest", invalidUtf8)]],
  ["a prompt that is not UTF-8", [image, bytes("prompt", invalidUtf8)]],
  ["prompts as a matrix", [image, { ...prompt, shape: [1, 1] }]],
  ["no prompts", [image, texts("prompt")]],
  ["too many prompts", [image, texts("prompt", ...Array.from({ length: MAX_PROMPTS + 1 }, () => "a"))]],
  ["an unknown input", [image, prompt, counts("temperature", 1)]],
  ["max_new_tokens of 0", [image, prompt, counts("max_new_tokens", 0)]],
  ["negative max_new_tokens", [image, prompt, counts("max_new_tokens", -1)]],
  ["more max_new_tokens than positions", [image, prompt, counts("max_new_tokens", TINY_POSITIONS + 1)]],
  ["two max_new_tokens", [image, prompt, counts("max_new_tokens", 1, 2)]],
  ["no max_new_tokens", [image, prompt, counts("max_new_tokens")]],
  [
    "max_new_tokens as INT64",
    [image, prompt, { name: "max_new_tokens", datatype: "INT64", shape: [1], data: BigInt64Array.of(1n) }],
  ],
  ["num_beams of 0", [image, prompt, counts("num_beams", 0)]],
  ["too many beams", [image, prompt, counts("num_beams", MAX_BACKEND_BEAMS + 1)]],
];

const badParameters: readonly NonNullable<InferRequest["parameters"]>[] = [
  { no_repeat_ngram_size: -1 },
  { no_repeat_ngram_size: 1.5 },
  { early_stopping: "always" },
  { length_penalty: "long" },
  { length_penalty: MAX_LENGTH_PENALTY + 0.1 },
  { length_penalty: -1e308 },
];

describe("an infer request", () => {
  it.each(bad)("with %s is rejected before any graph runs", async (_name, inputs) => {
    const { app, ran, admission } = await servingApp();
    expect(await errorOf(await ask(app, { inputs }))).toEqual([400, "invalid-request"]);
    expect(ran).toEqual([]);
    expect(admission.inFlight).toBe(0);
  });

  it.each(badParameters)("with the parameters %j is rejected", async (parameters) => {
    const { app } = await servingApp();
    expect(await errorOf(await ask(app, { inputs: [image, prompt], parameters }))).toEqual([400, "invalid-request"]);
  });

  it("may have the maximum number of prompts, beams and tokens", async () => {
    const { app } = await servingApp();
    const prompts = texts("prompt", ...Array.from({ length: MAX_PROMPTS }, () => "a"));
    const maximal = [counts("max_new_tokens", TINY_POSITIONS), counts("num_beams", MAX_BACKEND_BEAMS)];
    expect((await ask(app, { inputs: [image, prompts, counts("max_new_tokens", 1)] })).status).toBe(200);
    const parameters = { length_penalty: -MAX_LENGTH_PENALTY };
    expect((await ask(app, { inputs: [image, prompt, ...maximal], parameters })).status).toBe(200);
  });

  it("for an unknown output is rejected", async () => {
    const { app } = await servingApp();
    const response = await ask(app, { inputs: [image, prompt], outputs: [{ name: "score" }] });
    expect(await errorOf(response)).toEqual([400, "invalid-request"]);
  });

  it("with only an unknown digest is answered with unknown-digest", async () => {
    const { app } = await servingApp();
    const digest = texts("image_digest", "0".repeat(64));
    expect(await errorOf(await ask(app, { inputs: [digest, prompt] }))).toEqual([404, "unknown-digest"]);
  });

  it("with only a digest is answered with unknown-digest if its features were evicted after the lookup", async () => {
    const { app } = await servingApp({ has: () => true });
    const digest = texts("image_digest", "0".repeat(64));
    expect(await errorOf(await ask(app, { inputs: [digest, prompt] }))).toEqual([404, "unknown-digest"]);
  });

  it.each<[string, Uint8Array, number, string]>([
    ["is empty", new Uint8Array(0), 400, "image-required"],
    ["is not an image", new TextEncoder().encode("<html>"), 415, "unsupported-image"],
    ["is half a JPEG", halfJpeg(street).subarray(0, 100), 422, "image-corrupt"],
  ])("whose image %s is rejected", async (_name, data, status, code) => {
    const { app } = await servingApp();
    expect(await errorOf(await ask(app, { inputs: [bytes("image", data), prompt] }))).toEqual([status, code]);
  });

  it("with a prompt longer than the position table is rejected", async () => {
    const { app } = await servingApp();
    const response = await ask(app, { inputs: [image, texts("prompt", "a".repeat(TINY_POSITIONS))] });
    expect(await errorOf(response)).toEqual([422, "prompt-too-long"]);
  });

  it("with a prompt above the maximum length is rejected before the tokenizer runs", async () => {
    const encodedLengths: number[] = [];
    const encode: Engine["encode"] = async ({ prompts }) => {
      encodedLengths.push(...prompts.map(({ length }) => length));
      return { states: [], promptTokens: [], times: { queue: 0, encode: 0, decode: 0 } };
    };
    const { app } = await servingApp({ engine: { encode } });
    for (const length of [MAX_PROMPT_LENGTH, MAX_PROMPT_LENGTH + 1]) {
      await ask(app, { inputs: [image, texts("prompt", "a".repeat(length))] }, { model: "florence2_encoder" });
    }
    expect(encodedLengths).toEqual([MAX_PROMPT_LENGTH]);
  });
});

async function post(body: RequestInit["body"], headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const { app } = await servingApp();
  // Node requires `duplex` for a streamed body; workerd ignores it.
  const init = { method: "POST", body: body ?? null, headers, duplex: "half" };
  return app.request(new Request("http://gpu.test/v2/models/florence2/infer", init));
}

const input = (name: string, rest: object) => ({ name, datatype: "BYTES", shape: [1], ...rest });

describe("a body", () => {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ["that is empty", "", {}],
    ["that is not JSON", "{", {}],
    ["that is a list", "[]", {}],
    ["without inputs", "{}", {}],
    [
      "with two tensors of one name",
      JSON.stringify({ inputs: [1, 2].map(() => input("prompt", { data: ["a"] })) }),
      {},
    ],
    ["with a shape of 2^53", JSON.stringify({ inputs: [input("prompt", { shape: [2 ** 53], data: ["a"] })] }), {}],
    ["with a negative shape", JSON.stringify({ inputs: [input("prompt", { shape: [-1], data: ["a"] })] }), {}],
    [
      "with fewer elements than its shape",
      JSON.stringify({ inputs: [input("prompt", { shape: [9], data: ["a"] })] }),
      {},
    ],
    ["with an unknown datatype", JSON.stringify({ inputs: [input("prompt", { datatype: "TEXT", data: ["a"] })] }), {}],
    [
      "with a number that overflows to infinity",
      '{"inputs":[{"name":"max_new_tokens","datatype":"INT32","shape":[1],"data":[1e999]}]}',
      {},
    ],
    ["nested to the maximum depth", "[".repeat(inferJson.depth), {}],
    ["nested deeper than the maximum", "[".repeat(inferJson.depth + 1), {}],
    ["with a declared JSON length beyond its end", "{}", { "inference-header-content-length": "3" }],
    ["with an invalid JSON length", "{}", { "inference-header-content-length": "x" }],
    ["that is one raw tensor", "abc", { "inference-header-content-length": "0" }],
  ])("%s is an invalid request", async (_name, body, headers) => {
    expect(await errorOf(await post(body, headers))).toEqual([400, "invalid-request"]);
  });

  it("may have any number of JSON marks in its binary section", async () => {
    const { app } = await servingApp();
    const brackets = bytes("image", new TextEncoder().encode("[".repeat(inferJson.containers + 1)));
    expect(await errorOf(await ask(app, { inputs: [brackets, prompt] }))).toEqual([415, "unsupported-image"]);
  });

  it("with a declared length above the limit is rejected unread", async () => {
    const headers = { "content-length": String(MAX_MESSAGE_BYTES + 1) };
    expect(await errorOf(await post("{}", headers))).toEqual([413, "body-too-large"]);
  });

  it("above the limit without a declared length is rejected at the first excess byte", async () => {
    const piece = new Uint8Array(MAX_MESSAGE_BYTES / 8);
    let sent = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        sent += piece.length;
        controller.enqueue(piece);
      },
    });
    expect(await errorOf(await post(endless, {}))).toEqual([413, "body-too-large"]);
    expect(sent).toBeLessThanOrEqual(MAX_MESSAGE_BYTES + 2 * piece.length);
  });

  it("that ends early is answered with request-cancelled", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    expect(await errorOf(await post(broken))).toEqual([499, "request-cancelled"]);
  });
});

it("reports an internal error of the engine only in the log", async () => {
  const { app, outcomes } = await servingApp({
    engine: { generate: () => Promise.reject(new Error("secret of the engine")) },
  });
  const response = await ask(app, { inputs: [image, prompt] });
  expect(await response.clone().text()).not.toContain("secret");
  expect(await errorOf(response)).toEqual([500, "internal"]);
  expect(outcomes).toMatchObject([{ status: 500, code: "internal", fault: new Error("secret of the engine") }]);
});
