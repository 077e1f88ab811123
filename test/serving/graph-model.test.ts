import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import type { Tensor } from "../../src/runtime/session.ts";
import { ask, errorOf, outputsOf, servingApp } from "../support/serving-app.ts";

function floats(name: string, ...shape: readonly number[]): NamedTensor<"FP32"> {
  return { name, datatype: "FP32", shape, data: new Float32Array(shape.reduce((size, each) => size * each, 1)) };
}

function ids(...shape: readonly number[]): NamedTensor<"INT64"> {
  const data = new BigInt64Array(shape.reduce((size, each) => size * each, 1));
  return { name: "input_ids", datatype: "INT64", shape, data };
}

/** Creates a server, and records the arguments of each graph run. */
async function graphApp(outputs: Readonly<Record<string, Tensor>> = {}) {
  const ran: { graph: string; inputs: Readonly<Record<string, Tensor>>; outputs: readonly string[] }[] = [];
  const run: Engine["run"] = async (graph, inputs, outputNames) => {
    ran.push({ graph, inputs, outputs: outputNames });
    return outputs;
  };
  const { app } = await servingApp({ engine: { run } });
  return { app, ran };
}

function flags(...values: readonly number[]): NamedTensor {
  return { name: "use_cache_branch", datatype: "BOOL", shape: [values.length], data: Uint8Array.from(values) };
}

const cached: readonly NamedTensor[] = [
  floats("inputs_embeds", 2, 1, 4),
  flags(1),
  floats("past_key_values.0.decoder.key", 2, 1, 0, 4),
  floats("past_key_values.0.encoder.key", 2, 1, 3, 4),
  floats("encoder_hidden_states", 2, 3, 4),
  { ...ids(2, 3), name: "encoder_attention_mask" },
];

describe("a bare graph", () => {
  it("runs on the sent inputs and computes only the requested outputs", async () => {
    const logits = { type: "float32", data: Float32Array.of(1, 2), dims: [2, 1, 1] } as const;
    const { app, ran } = await graphApp({ logits });
    const response = await ask(
      app,
      { inputs: cached, outputs: [{ name: "logits" }] },
      { model: "decoder_model_merged" },
    );
    expect(await outputsOf(response)).toEqual({ logits: [1, 2] });
    expect(ran).toMatchObject([
      {
        graph: "decoder",
        inputs: {
          inputs_embeds: { type: "float32", dims: [2, 1, 4] },
          use_cache_branch: { type: "bool", data: Uint8Array.of(1) },
          "past_key_values.0.decoder.key": { dims: [2, 1, 0, 4] },
        },
        outputs: ["logits"],
      },
    ]);
  });

  it("gets its own buffers, not views of the message", async () => {
    const { app, ran } = await graphApp();
    await ask(app, { inputs: [ids(1, 2)] }, { model: "embed_tokens" });
    expect(ran[0]?.inputs["input_ids"]?.data.buffer.byteLength).toBe(16);
  });

  it.each<[string, string, readonly NamedTensor[]]>([
    ["a missing input", "encoder_model", [floats("inputs_embeds", 1, 2, 4)]],
    ["another width", "embed_tokens", [floats("input_ids", 1, 2)]],
    ["a fixed size that differs", "vision_encoder", [floats("pixel_values", 1, 3, 2, 3)]],
    ["a missing dimension", "vision_encoder", [floats("pixel_values", 3, 2, 2)]],
    ["two flags", "decoder_model_merged", cached.with(1, flags(1, 1))],
    // D7 of the first attack: 62,000 encoder states took 5 GB.
    ["too many encoder states", "decoder_model_merged", cached.with(4, floats("encoder_hidden_states", 1, 1025, 4))],
  ])("with %s is rejected", async (_name, model, inputs) => {
    const { app, ran } = await graphApp();
    expect(await errorOf(await ask(app, { inputs }, { model }))).toEqual([400, "invalid-request"]);
    expect(ran).toEqual([]);
  });

  it("that fails on its inputs is answered with invalid-request", async () => {
    const { app } = await servingApp({
      engine: { run: () => Promise.reject(new Problem("internal", "Error: 4 by 5")) },
    });
    expect(await errorOf(await ask(app, { inputs: [ids(1, 2)] }, { model: "embed_tokens" }))).toEqual([
      400,
      "invalid-request",
    ]);
  });

  it("that computes NaN can be requested only in binary", async () => {
    const nan = { type: "float32", data: Float32Array.of(NaN), dims: [1, 1, 1] } as const;
    const { app } = await graphApp({ inputs_embeds: nan });
    const request = { inputs: [ids(1, 1)] };
    expect(await errorOf(await ask(app, request, { model: "embed_tokens" }))).toEqual([400, "invalid-request"]);
    const binary = { ...request, parameters: { binary_data_output: true } };
    expect(await outputsOf(await ask(app, binary, { model: "embed_tokens" }))).toEqual({ inputs_embeds: [NaN] });
  });
});
