import { describe, expect, it } from "vitest";
import type { EncodeRequest } from "../../src/inference/backend.ts";
import { createGraphEncoder } from "../../src/placements/graph-encoder.ts";
import type { InferenceClient } from "../../src/inference/protocol/client.ts";
import { createRemoteEncoder } from "../../src/placements/remote-encoder.ts";
import { createSplitBackend } from "../../src/placements/split.ts";
import { sha256 } from "../../src/bytes/sha256.ts";
import { callWith } from "../support/calls.ts";
import { changingServer, isolateOf } from "../support/changing-server.ts";
import { anImage, fakeClient, never } from "../support/fake-client.ts";
import { street } from "../support/serving-app.ts";
import { nextTask, tinyAssets } from "../support/tiny-backend.ts";
import { tinySessions, tinyTokenizer } from "../support/tiny-model.ts";

const [one, two] = [
  { text: "one", ids: [0, 4, 2] },
  { text: "two", ids: [0, 5, 2] },
];
const request: EncodeRequest = { image: anImage, prompts: [one] };
const options = { now: () => 0, stateBytes: 10_000 };

const embed = async () => ({ type: "float32", data: Float32Array.of(0), dims: [1, 1, 1] }) as const;

/** Encoders whose states are the number of their revision; `revisionOf` returns it by the model and the number of earlier calls. */
function encoders(revisionOf: (model: string, earlierCalls: number) => number) {
  const requests: string[] = [];
  const infer: InferenceClient["infer"] = async (model, { inputs, outputs = [] }) => {
    const revision = revisionOf(model, requests.length);
    requests.push(`r${revision} ${model}`);
    const rows = inputs.find(({ name }) => name === "prompt")?.shape[0] ?? 1;
    const states = { datatype: "FP32", shape: [rows, 1, 1], data: new Float32Array(rows).fill(revision) } as const;
    const lengths = { datatype: "INT32", shape: [rows], data: new Int32Array(rows).fill(1) } as const;
    const tensors = outputs.map(
      ({ name }) => [name, { name, ...(name === "sequence_length" ? lengths : states) }] as const,
    );
    const parameters = { model_id: "m", revision: `r${revision}`, dtype: "fp32" };
    const reply = { modelName: model, modelVersion: "1", id: undefined, parameters, serverTiming: [] };
    return { ...reply, outputs: new Map(tensors) };
  };
  const { client } = fakeClient(() => [], { infer });
  const graphs = createGraphEncoder({ ...options, client, embed, pixels: async () => new Float32Array(3) });
  return { requests, whole: createRemoteEncoder({ ...options, client }), graphs };
}

describe("encoder states of one request", () => {
  it("all come from one model, even if some were cached from the previous one", async () => {
    const { whole, requests } = encoders((_, before) => (before === 0 ? 1 : 2));
    await whole.encode(request, never);
    const { states, revision } = await whole.encode({ ...request, prompts: [one, two] }, never);
    expect([revision, states.map(({ data }) => data[0])]).toEqual(["r2", [2, 2]]);
    expect(requests).toHaveLength(3);
    await whole.encode({ ...request, prompts: [one, two] }, never);
    expect(requests).toHaveLength(3);
  });

  it("of graphs come from the model that encoded the image", async () => {
    const { graphs, requests } = encoders((_, before) => (before < 2 ? 1 : 2));
    await graphs.encode(request, never);
    expect(await graphs.encode({ ...request, prompts: [two] }, never)).toMatchObject({ revision: "r2" });
    expect(requests.slice(2)).toEqual(["r2 encoder_model", "r2 vision_encoder", "r2 encoder_model"]);
  });

  it.each(["whole", "graphs"] as const)("that keep changing are rejected: %s", async (kind) => {
    const { [kind]: encoder } = encoders((_, before) => before);
    const encoding = async () => {
      await encoder.encode(request, never);
      await encoder.encode({ ...request, prompts: [one, two] }, never);
    };
    await expect(encoding()).rejects.toMatchObject({ name: "ModelChanged" });
  });
});

/** The tiny model with its decoder local, revision `r1`, and its encoders on a server. */
async function splitEdge() {
  const server = await changingServer();
  const backend = createSplitBackend({
    modelId: "tiny",
    readAsset: tinyAssets,
    createSession: tinySessions().create,
    createTokenizer: () => tinyTokenizer,
    waitUntil: () => {},
    now: () => 0,
    sleep: nextTask,
    imageBudgetBytes: 1e9,
    encoder: () => createRemoteEncoder({ ...options, client: server.client }),
  });
  const { find } = isolateOf(backend);
  const ask = async (prompt: string) => {
    const image = { ...anImage, bytes: street, digest: await sha256(street) };
    const { model, cache } = await find({ image, prompts: [prompt], tasks: ["caption"], decoding: {} }, callWith());
    return [model.revision, cache.hit];
  };
  return { ...server, ask };
}

describe("a decoder with remote encoders", () => {
  it("has its own revision while they have the same, and both revisions otherwise", async () => {
    const { ask, change, requests } = await splitEdge();
    expect(await ask("a")).toEqual(["r1", false]);
    change("r2");
    expect(await ask("b")).toEqual(["r1+r2", false]);
    expect(await ask("a")).toEqual(["r1+r2", false]);
    expect(await ask("b")).toEqual(["r1+r2", true]);
    change("r1");
    expect(await ask("c")).toEqual(["r1", false]);
    expect(await ask("a")).toEqual(["r1", true]);
    expect(requests.every((each) => each.endsWith("florence2_encoder/infer"))).toBe(true);
  });
});
