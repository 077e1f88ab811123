import { describe, expect, it } from "vitest";
import type { EncodeRequest } from "../../src/inference/backend.ts";
import { createGraphEncoder } from "../../src/placements/graph-encoder.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import { InferenceFailure } from "../../src/inference/protocol/failure.ts";
import { createRemoteEncoder } from "../../src/placements/remote-encoder.ts";
import { createSplitEncoder } from "../../src/placements/split-encoder.ts";
import { anImage, fakeClient, int32, never, type RecordedCall, textsIn } from "../support/fake-client.ts";

const request: EncodeRequest = {
  image: anImage,
  prompts: [
    { text: "one", ids: [0, 7, 2] },
    { text: "longer", ids: [0, 7, 8, 2] },
  ],
};

const FULL = ["last_hidden_state", "sequence_length"];
const HALF = [...FULL, "last_hidden_state_fp16"];

/** States of width 1 with one row per prompt, as long as the prompt's text. */
function statesFor({ inputs, outputs }: RecordedCall): readonly NamedTensor[] {
  const prompts = textsIn(inputs.get("prompt"));
  const lengths = prompts.map(({ length }) => length);
  const longest = Math.max(...lengths);
  const shape = [prompts.length, longest, 1];
  const data = Float32Array.from({ length: prompts.length * longest }, (_, at) => at);
  const [name = ""] = outputs;
  const states = { name, shape, data, datatype: name.endsWith("fp16") ? "FP16" : "FP32" } as const;
  return [states, int32("sequence_length", lengths)];
}

const options = { now: () => 0, stateBytes: 1000 };
const dataOf = (states: readonly { readonly data: Float32Array }[]) => states.map(({ data }) => [...data]);

describe("encoders behind florence2_encoder", () => {
  it("return the states of each prompt without padding", async () => {
    const { client, calls } = fakeClient(statesFor, {}, FULL);
    const { states } = await createRemoteEncoder({ ...options, client }).encode(request, never);
    expect(states.map(({ dims }) => dims)).toEqual([
      [1, 3, 1],
      [1, 6, 1],
    ]);
    expect(dataOf(states)).toEqual([
      [0, 1, 2],
      [6, 7, 8, 9, 10, 11],
    ]);
    expect(calls.map(({ outputs }) => outputs)).toEqual([FULL]);
  });

  it("send states in half precision where the backend offers it", async () => {
    const { client, calls } = fakeClient(statesFor, {}, HALF);
    await createRemoteEncoder({ ...options, client }).encode(request, never);
    expect(calls[0]?.outputs).toEqual(["last_hidden_state_fp16", "sequence_length"]);
  });

  it("get only the prompts whose states of the image are not cached", async () => {
    const { client, calls } = fakeClient(statesFor, {}, FULL);
    const encoder = createRemoteEncoder({ ...options, client });
    const [first] = request.prompts.slice(0, 1);
    await encoder.encode({ ...request, prompts: first === undefined ? [] : [first] }, never);
    const { states } = await encoder.encode(request, never);
    await encoder.encode(request, never);
    await encoder.encode({ ...request, image: { ...anImage, digest: "d2" } }, never);
    expect(calls.map(({ inputs }) => textsIn(inputs.get("prompt")))).toEqual([["one"], ["longer"], ["one", "longer"]]);
    expect(dataOf(states)).toEqual([
      [0, 1, 2],
      [0, 1, 2, 3, 4, 5],
    ]);
  });

  it.each<[string, (call: RecordedCall) => readonly NamedTensor[]]>([
    [
      "too few rows",
      (call) =>
        statesFor({
          ...call,
          inputs: new Map(call.inputs).set("prompt", {
            name: "prompt",
            datatype: "BYTES",
            shape: [1],
            data: [Uint8Array.of(65)],
          }),
        }),
    ],
    ["a row longer than the tensor", (call) => [...statesFor(call).slice(0, 1), int32("sequence_length", [3, 9])]],
    ["an empty row", (call) => [...statesFor(call).slice(0, 1), int32("sequence_length", [0, 6])]],
    ["no lengths", (call) => statesFor(call).slice(0, 1)],
  ])("fail for a reply with %s", async (_, answer) => {
    const { client } = fakeClient(answer, {}, FULL);
    const encoding = createRemoteEncoder({ ...options, client }).encode(request, never);
    await expect(encoding).rejects.toMatchObject({ code: "backend-failed" });
  });
});

const tensor = (name: string, shape: readonly number[], data: Float32Array): NamedTensor => ({
  name,
  datatype: "FP32",
  shape,
  data,
});

/** The ONNX graphs of a model with two visual tokens per image and an encoder that returns its input. */
function graphs({ model, inputs }: RecordedCall): readonly NamedTensor[] {
  if (model === "vision_encoder") return [tensor("image_features", [1, 2, 1], Float32Array.of(-1, -2))];
  const embeddings = inputs.get("inputs_embeds");
  if (embeddings?.datatype !== "FP32") throw new Error("no embeddings");
  return [tensor("last_hidden_state", embeddings.shape, embeddings.data)];
}

function graphEncoder(answer = graphs, changes: Parameters<typeof fakeClient>[1] = {}) {
  const fake = fakeClient(answer, changes);
  const graphOptions = {
    ...options,
    client: fake.client,
    pixels: async () => new Float32Array(12),
    embed: async (ids: readonly number[]) =>
      ({ type: "float32", data: Float32Array.from(ids), dims: [1, ids.length, 1] }) as const,
  };
  return { ...fake, encoder: createGraphEncoder(graphOptions), split: createSplitEncoder(graphOptions) };
}

describe("encoders as ONNX graphs", () => {
  it("encode the visual tokens, then the prompt's", async () => {
    const { encoder, calls } = graphEncoder();
    const { states } = await encoder.encode(request, never);
    expect(dataOf(states)).toEqual([
      [-1, -2, 0, 7, 2],
      [-1, -2, 0, 7, 8, 2],
    ]);
    expect(calls[0]?.inputs.get("pixel_values")?.shape).toEqual([1, 3, 2, 2]);
    expect(calls[1]?.inputs.get("attention_mask")).toMatchObject({
      datatype: "INT64",
      shape: [1, 5],
      data: new BigInt64Array(5).fill(1n),
    });
  });

  it("encode an image once, and each prompt with it once", async () => {
    const { encoder, calls } = graphEncoder();
    await encoder.encode(request, never);
    await encoder.encode({ ...request, prompts: [...request.prompts, { text: "new", ids: [2] }] }, never);
    expect(calls.map(({ model }) => model)).toEqual([
      "vision_encoder",
      "encoder_model",
      "encoder_model",
      "encoder_model",
    ]);
  });

  it("are ready only when both graphs are", async () => {
    const { encoder } = graphEncoder(graphs, { modelReady: async (model) => model !== "encoder_model" });
    await expect(encoder.ready()).rejects.toMatchObject({ code: "backend-unavailable" });
  });
});

const refusedWith = (status: number) => () =>
  Promise.reject(new InferenceFailure(status < 500 ? "refused" : "unavailable", "no", { status }));
const unreachable = () => Promise.reject(new InferenceFailure("unreachable", "no route"));

describe("remote encoders", () => {
  it("are the ONNX graphs where the backend has no florence2_encoder", async () => {
    const { split, calls } = graphEncoder(graphs, { metadata: refusedWith(404) });
    await split.ready();
    await split.encode(request, never);
    expect(calls[0]?.model).toBe("vision_encoder");
  });

  it("do not fall back to the ONNX graphs while the backend is unavailable", async () => {
    let isDown = true;
    const { client } = fakeClient(statesFor);
    const { split, calls } = graphEncoder(statesFor, {
      metadata: (model) => (isDown ? refusedWith(503)() : client.metadata(model)),
    });
    await expect(split.encode(request, never)).rejects.toMatchObject({ code: "backend-unavailable" });
    isDown = false;
    await split.encode(request, never);
    expect(calls.map(({ model }) => model)).toEqual(["florence2_encoder"]);
  });

  it("are florence2_encoder where the backend has it, with one metadata request", async () => {
    const { split, calls, metadataCalls } = graphEncoder(statesFor);
    await split.ready();
    await split.encode(request, never);
    expect(calls.map(({ model }) => model)).toEqual(["florence2_encoder"]);
    expect(metadataCalls).toEqual(["florence2_encoder"]);
  });

  it("fail with backend-unavailable when unreachable", async () => {
    const { split } = graphEncoder(graphs, { modelReady: unreachable, metadata: unreachable });
    await expect(split.ready()).rejects.toMatchObject({ code: "backend-unavailable" });
    await expect(split.encode(request, never)).rejects.toMatchObject({ code: "backend-unavailable" });
  });
});
