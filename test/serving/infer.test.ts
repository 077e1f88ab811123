import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import { sha256 } from "../../src/bytes/sha256.ts";
import { decodeReply } from "../../src/inference/protocol/binary-extension.ts";
import { modelFiles } from "../../src/runtime/load-model.ts";
import { TINY_ANSWER, tinyTokenizer } from "../support/tiny-model.ts";
import { valueOf } from "../support/protocol-tensors.ts";
import { ask, counts, errorOf, image, outputsOf, servingApp, street, texts } from "../support/serving-app.ts";

const encodings: readonly (readonly [string, (name: string) => boolean])[] = [
  ["binary", () => true],
  ["JSON", () => false],
  ["a mix of both", (name) => name === "image"],
];

describe("florence2", () => {
  it.each(encodings)("answers tensors in %s, in binary or JSON as requested", async (_name, isBinary) => {
    const { app } = await servingApp();
    const inputs = [image, texts("prompt", "a", "bb")];
    const [json, binary] = [
      await ask(app, { inputs }, { isBinary }),
      await ask(app, { inputs, parameters: { binary_data_output: true } }, { isBinary }),
    ];
    expect(json.headers.get("content-type")).toBe("application/json");
    expect(binary.headers.get("inference-header-content-length")).toMatch(/^\d+$/);
    const outputs = await outputsOf(json);
    const { token_logprobs: _, ...exact } = outputs;
    expect(await outputsOf(binary)).toMatchObject(exact);
    const shorter = [...TINY_ANSWER.slice(0, -2), 2];
    expect(outputs).toMatchObject({
      text: [tinyTokenizer.decode(TINY_ANSWER), tinyTokenizer.decode(shorter)],
      token_ids: [...TINY_ANSWER, ...shorter, 1].map(BigInt),
      token_count: [20, 19],
      prompt_token_count: [3, 4],
      finish_reason: ["stop", "stop"],
    });
  });

  it("returns only the requested outputs, each in the requested encoding", async () => {
    const { app } = await servingApp();
    const outputs = [{ name: "text", parameters: { binary_data: true } }, { name: "token_count" }];
    const response = await ask(app, { inputs: [image, texts("prompt", "a")], outputs });
    expect(response.headers.get("inference-header-content-length")).not.toBeNull();
    expect(Object.keys(await outputsOf(response))).toEqual(["text", "token_count"]);
  });

  it("repeats the request's id and reports the stage times", async () => {
    const { app } = await servingApp();
    const response = await ask(app, { id: "mine", inputs: [image, texts("prompt", "a")] });
    expect(response.headers.get("server-timing")).toBe("queue;dur=0.00, encode;dur=0.00, decode;dur=0.00");
    expect(await response.json()).toMatchObject({ id: "mine", model_name: "florence2", model_version: "1" });
  });

  it.each(encodings)("names the model in replies to requests in %s", async (_name, isBinary) => {
    const { app } = await servingApp({ revision: "r2" });
    const inputs = [image, texts("prompt", "a", "bb")];
    for (const model of ["florence2", "florence2_encoder"]) {
      for (const parameters of [{}, { binary_data_output: true }]) {
        const response = await ask(app, { inputs, parameters }, { isBinary, model });
        const reply = valueOf(decodeReply(new Uint8Array(await response.arrayBuffer()), response.headers));
        expect(reply.parameters).toEqual({ model_id: "tiny", revision: "r2", dtype: "fp32" });
      }
    }
  });

  it("generates at most max_new_tokens tokens, with num_beams beams", async () => {
    const { app, rowsOf } = await servingApp();
    const inputs = [image, texts("prompt", "a"), counts("max_new_tokens", 5), counts("num_beams", 3)];
    const response = await ask(app, { inputs });
    expect(await outputsOf(response)).toMatchObject({ token_count: [5], finish_reason: ["length"] });
    expect(Math.max(...rowsOf(modelFiles.decoder, "inputs_embeds"))).toBe(3);
  });

  it("applies the decoding rules in the parameters", async () => {
    const { app } = await servingApp();
    const inputs = [image, texts("prompt", "a")];
    const response = await ask(app, { inputs, parameters: { no_repeat_ngram_size: 3 } });
    const { token_ids: ids } = await outputsOf(response);
    expect(ids).toEqual(expect.arrayContaining([0n, 4n, 5n, 6n]));
    expect(ids).not.toEqual(TINY_ANSWER.map(BigInt));
  });

  it("accepts a digest alone once it has encoded the image", async () => {
    const { app } = await servingApp();
    const digest = texts("image_digest", await sha256(street));
    const first = await outputsOf(await ask(app, { inputs: [image, digest, texts("prompt", "a")] }));
    expect(await outputsOf(await ask(app, { inputs: [digest, texts("prompt", "a")] }))).toEqual(first);
  });

  it("keeps the features of each scope apart", async () => {
    const { app } = await servingApp({ has: (key) => key.startsWith("one ") });
    const digest = texts("image_digest", await sha256(street));
    const prompt = texts("prompt", "a");
    const [one, other] = ["one", "other"].map((scope) => texts("image_scope", scope));
    expect((await ask(app, { inputs: [image, digest, one ?? prompt, prompt] })).status).toBe(200);
    expect((await ask(app, { inputs: [digest, other ?? prompt, prompt] })).status).toBe(404);
    expect((await ask(app, { inputs: [digest, prompt] })).status).toBe(404);
    expect((await ask(app, { inputs: [digest, one ?? prompt, prompt] })).status).toBe(200);
    const long = texts("image_scope", "s".repeat(65));
    expect((await ask(app, { inputs: [image, long, prompt] })).status).toBe(400);
  });

  it("encodes an image whose features were evicted after the lookup", async () => {
    const { app } = await servingApp({ has: () => true });
    const response = await ask(app, { inputs: [image, texts("prompt", "a")] });
    expect(await outputsOf(response)).toMatchObject({ token_count: [20] });
  });

  it("is available under its version too", async () => {
    const { app } = await servingApp();
    const response = await ask(app, { inputs: [image, texts("prompt", "a")] }, { model: "florence2/versions/1" });
    expect(response.status).toBe(200);
  });
});

/** Encoder states of one and of two tokens; FP16 cannot represent the last number. */
const encode: Engine["encode"] = async () => {
  const states = [[1], [2, 2049]].map((values) => {
    return { type: "float32", data: Float32Array.from(values), dims: [1, values.length, 1] } as const;
  });
  return { states, promptTokens: [3, 4], times: { queue: 0, encode: 0, decode: 0 } };
};

describe("florence2_encoder", () => {
  const request = { inputs: [image, texts("prompt", "a", "bb")] };
  const model = "florence2_encoder";

  it("returns states padded to the longest, and their lengths", async () => {
    const { app } = await servingApp({ engine: { encode } });
    expect(await outputsOf(await ask(app, request, { model }))).toEqual({
      last_hidden_state: [1, 0, 2, 2049],
      sequence_length: [1, 2],
      prompt_token_count: [3, 4],
    });
  });

  it("runs the vision encoder and the encoder, and not the decoder", async () => {
    const { app, ran } = await servingApp();
    const response = await ask(app, request, { model });
    expect(await outputsOf(response)).toMatchObject({ sequence_length: [5, 6], prompt_token_count: [3, 4] });
    expect(ran.map(({ graph }) => graph)).not.toContain(modelFiles.decoder);
  });

  it("returns FP16 if it is offered: in every binary reply, and never in JSON", async () => {
    const { app } = await servingApp({ engine: { encode }, offersFp16: true });
    expect(await outputsOf(await ask(app, request, { model }))).not.toHaveProperty("last_hidden_state_fp16");
    const binary = await ask(app, { ...request, parameters: { binary_data_output: true } }, { model });
    expect(await outputsOf(binary)).toMatchObject({ last_hidden_state_fp16: [1, 0, 2, 2048] });
    const named = { ...request, outputs: [{ name: "last_hidden_state_fp16" }] };
    expect(await errorOf(await ask(app, named, { model }))).toEqual([400, "invalid-request"]);
  });

  it("rejects a request for FP16 if it is not offered", async () => {
    const { app } = await servingApp({ engine: { encode } });
    const named = { ...request, outputs: [{ name: "last_hidden_state_fp16" }] };
    expect(await errorOf(await ask(app, named, { model }))).toEqual([400, "invalid-request"]);
  });
});
