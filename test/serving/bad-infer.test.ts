import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import type { InferRequest } from "../../src/inference/protocol/messages.ts";
import { MAX_JSON_MARKS, MAX_MESSAGE_BYTES } from "../../src/serving/body.ts";
import { MAX_PROMPTS } from "../../src/inference/backend.ts";
import { MAX_BEAMS, MAX_LENGTH_PENALTY, MAX_PROMPT_LENGTH } from "../../src/serving/florence2-inputs.ts";
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
  ["neither picture nor digest", [prompt]],
  ["two pictures", [bytes("image", street, street), prompt]],
  ["a picture as numbers", [{ name: "image", datatype: "UINT8", shape: [1], data: Uint8Array.of(1) }, prompt]],
  ["a picture in a list", [{ ...image, shape: [1, 1] }, prompt]],
  ["two digests", [image, prompt, texts("image_digest", "a", "b")]],
  ["another picture's digest", [image, prompt, texts("image_digest", "0".repeat(64))]],
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
  ["too many beams", [image, prompt, counts("num_beams", MAX_BEAMS + 1)]],
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
  it.each(bad)("with %s is refused before any graph runs", async (_name, inputs) => {
    const { app, ran, admission } = await servingApp();
    expect(await errorOf(await ask(app, { inputs }))).toEqual([400, "invalid-request"]);
    expect(ran).toEqual([]);
    expect(admission.inFlight).toBe(0);
  });

  it.each(badParameters)("with the parameters %j is refused", async (parameters) => {
    const { app } = await servingApp();
    expect(await errorOf(await ask(app, { inputs: [image, prompt], parameters }))).toEqual([400, "invalid-request"]);
  });

  it("takes as many prompts, beams and tokens as there may be", async () => {
    const { app } = await servingApp();
    const prompts = texts("prompt", ...Array.from({ length: MAX_PROMPTS }, () => "a"));
    const most = [counts("max_new_tokens", TINY_POSITIONS), counts("num_beams", MAX_BEAMS)];
    expect((await ask(app, { inputs: [image, prompts, counts("max_new_tokens", 1)] })).status).toBe(200);
    const parameters = { length_penalty: -MAX_LENGTH_PENALTY };
    expect((await ask(app, { inputs: [image, prompt, ...most], parameters })).status).toBe(200);
  });

  it("for an output that there is not is refused", async () => {
    const { app } = await servingApp();
    const response = await ask(app, { inputs: [image, prompt], outputs: [{ name: "score" }] });
    expect(await errorOf(response)).toEqual([400, "invalid-request"]);
  });

  it("with a digest alone that nobody knows is told to send the picture", async () => {
    const { app } = await servingApp();
    const digest = texts("image_digest", "0".repeat(64));
    expect(await errorOf(await ask(app, { inputs: [digest, prompt] }))).toEqual([404, "unknown-digest"]);
  });

  it("whose features have gone since the question is told so, if only the digest was sent", async () => {
    const { app } = await servingApp({ has: () => true });
    const digest = texts("image_digest", "0".repeat(64));
    expect(await errorOf(await ask(app, { inputs: [digest, prompt] }))).toEqual([404, "unknown-digest"]);
  });

  it.each<[string, Uint8Array, number, string]>([
    ["is empty", new Uint8Array(0), 400, "image-required"],
    ["is no picture", new TextEncoder().encode("<html>"), 415, "unsupported-image"],
    ["is half a JPEG", halfJpeg(street).subarray(0, 100), 422, "image-corrupt"],
  ])("whose picture %s is refused", async (_name, data, status, code) => {
    const { app } = await servingApp();
    expect(await errorOf(await ask(app, { inputs: [bytes("image", data), prompt] }))).toEqual([status, code]);
  });

  it("whose prompt the model cannot read in whole is refused", async () => {
    const { app } = await servingApp();
    const response = await ask(app, { inputs: [image, texts("prompt", "a".repeat(TINY_POSITIONS))] });
    expect(await errorOf(response)).toEqual([422, "prompt-too-long"]);
  });

  it("whose prompt is longer than any that could be read does not get as far as the tokenizer", async () => {
    const asked: number[] = [];
    const encode: Engine["encode"] = async ({ prompts }) => {
      asked.push(...prompts.map(({ length }) => length));
      return { states: [], promptTokens: [], times: { queue: 0, encode: 0, decode: 0 } };
    };
    const { app } = await servingApp({ engine: { encode } });
    for (const length of [MAX_PROMPT_LENGTH, MAX_PROMPT_LENGTH + 1]) {
      await ask(app, { inputs: [image, texts("prompt", "a".repeat(length))] }, { model: "florence2_encoder" });
    }
    expect(asked).toEqual([MAX_PROMPT_LENGTH]);
  });
});

async function post(body: RequestInit["body"], headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const { app } = await servingApp();
  // Node wants to be told that a stream is sent while the answer may come; workerd does not know the word.
  const init = { method: "POST", body: body ?? null, headers, duplex: "half" };
  return app.request(new Request("http://gpu.test/v2/models/florence2/infer", init));
}

const input = (name: string, rest: object) => ({ name, datatype: "BYTES", shape: [1], ...rest });

describe("a body", () => {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ["of nothing", "", {}],
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
      "with a number beyond any",
      '{"inputs":[{"name":"max_new_tokens","datatype":"INT32","shape":[1],"data":[1e999]}]}',
      {},
    ],
    ["nested as deep as may be", "[".repeat(MAX_JSON_MARKS), {}],
    ["nested deeper", "[".repeat(MAX_JSON_MARKS + 1), {}],
    ["whose JSON is longer than it", "{}", { "inference-header-content-length": "3" }],
    ["whose JSON has no length", "{}", { "inference-header-content-length": "x" }],
    ["that is one raw tensor", "abc", { "inference-header-content-length": "0" }],
  ])("%s is an invalid request", async (_name, body, headers) => {
    expect(await errorOf(await post(body, headers))).toEqual([400, "invalid-request"]);
  });

  it("whose binary section is not JSON is not counted as JSON", async () => {
    const { app } = await servingApp();
    const brackets = bytes("image", new TextEncoder().encode("[".repeat(MAX_JSON_MARKS + 1)));
    expect(await errorOf(await ask(app, { inputs: [brackets, prompt] }))).toEqual([415, "unsupported-image"]);
  });

  it("that says it is too large is refused unread", async () => {
    const headers = { "content-length": String(MAX_MESSAGE_BYTES + 1) };
    expect(await errorOf(await post("{}", headers))).toEqual([413, "body-too-large"]);
  });

  it("that is too large without saying so is refused at the first byte too many", async () => {
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

  it("that breaks off is a caller who went away", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    expect(await errorOf(await post(broken))).toEqual([499, "request-cancelled"]);
  });
});

it("what breaks within the engine is told to nobody but the log", async () => {
  const { app, outcomes } = await servingApp({
    engine: { generate: () => Promise.reject(new Error("secret of the engine")) },
  });
  const response = await ask(app, { inputs: [image, prompt] });
  expect(await response.clone().text()).not.toContain("secret");
  expect(await errorOf(response)).toEqual([500, "internal"]);
  expect(outcomes).toMatchObject([{ status: 500, code: "internal", fault: new Error("secret of the engine") }]);
});
