import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeRequest } from "../../src/inference/protocol/binary-extension.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import type { RunningServer } from "../../src/serving/start-node.ts";
import { startMiniServer } from "../support/gpu-server.ts";
import { valueOf } from "../support/protocol-tensors.ts";
import { caption, idsOf, inferBody } from "../support/serving-client.ts";

let server: RunningServer & AsyncDisposable;
beforeAll(async () => {
  server = await startMiniServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const inferUrl = (model: string) => new URL(`/v2/models/${model}/infer`, server.url);

async function send(model: string, inputs: readonly NamedTensor[]): Promise<Response> {
  const { body, headers } = valueOf(encodeRequest({ inputs, parameters: { binary_data_output: true } }, () => true));
  return fetch(inferUrl(model), { method: "POST", body, headers });
}

function floats(name: string, fill: number, ...shape: readonly number[]): NamedTensor {
  const data = new Float32Array(shape.reduce((size, each) => size * each, 1)).fill(fill);
  return { name, datatype: "FP32", shape, data };
}

interface DecoderCall {
  readonly rows?: number;
  readonly past?: number;
  readonly values?: number;
  readonly cross?: number;
  readonly mask?: number;
  readonly tokens?: number;
  readonly flag?: number;
  readonly fill?: number;
}

/** Returns the inputs of a call of the bare decoder over five encoder states; the sizes may contradict each other. */
function decoderInputs({
  rows = 1,
  past = 3,
  values = past,
  cross = 5,
  mask = 5,
  ...rest
}: DecoderCall): readonly NamedTensor[] {
  const { tokens = 1, flag = 1, fill = 0.1 } = rest;
  const cache = [0, 1, 2].flatMap((layer) => {
    const name = `past_key_values.${layer}`;
    return [
      floats(`${name}.decoder.key`, fill, rows, 8, past, 32),
      floats(`${name}.decoder.value`, fill, rows, 8, values, 32),
      floats(`${name}.encoder.key`, fill, rows, 8, cross, 32),
      floats(`${name}.encoder.value`, fill, rows, 8, cross, 32),
    ];
  });
  return [
    { name: "encoder_attention_mask", datatype: "INT64", shape: [1, mask], data: new BigInt64Array(mask).fill(1n) },
    floats("encoder_hidden_states", fill, 1, 5, 256),
    floats("inputs_embeds", fill, 1, tokens, 256),
    { name: "use_cache_branch", datatype: "BOOL", shape: [1], data: Uint8Array.of(flag) },
    ...cache,
  ];
}

describe("the native runtime", () => {
  it.each<[string, DecoderCall, number]>([
    ["consistent sizes", {}, 200],
    ["a flag that is neither 0 nor 1", { flag: 255 }, 200],
    ["past keys and values in the first step", { flag: 0 }, 200],
    ["keys and values of different lengths", { values: 4 }, 400],
    ["no cross-attention", { cross: 0 }, 400],
    ["a mask that is too short", { mask: 2 }, 400],
    ["an empty mask", { mask: 0 }, 400],
    ["more rows than the embeddings have", { rows: 3 }, 400],
    ["no rows in the past", { rows: 0 }, 400],
    ["no tokens", { tokens: 0 }, 400],
    ["a past longer than the position table", { past: 1024 }, 400],
    ["NaN in every float tensor", { fill: NaN }, 200],
  ])("returns a response to a decoder call with %s", async (_name, call, status) => {
    const response = await send("decoder_model_merged", decoderInputs(call));
    expect(response.status).toBe(status);
  });

  it.each([-1727n, 1726n, 2n ** 40n, -(2n ** 63n), 2n ** 63n - 1n])("returns 400 for the token id %s", async (id) => {
    const ids: NamedTensor = { name: "input_ids", datatype: "INT64", shape: [1, 1], data: BigInt64Array.of(id) };
    expect((await send("embed_tokens", [ids])).status).toBe(400);
  });

  it("generates the expected caption afterwards", async () => {
    const response = await fetch(inferUrl("florence2"), { method: "POST", body: inferBody() });
    expect(await idsOf(response)).toEqual(caption);
  });
});
