import { describe, expect, it } from "vitest";
import type { GenerateRequest } from "../../src/inference/backend.ts";
import type { InferenceClient } from "../../src/inference/protocol/client.ts";
import { InferenceFailure } from "../../src/inference/protocol/failure.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import { createRemoteBackend } from "../../src/placements/remote-backend.ts";
import { MEMOIZE_TTL_MS } from "../../src/inference/memoized.ts";
import { DIGEST_TTL_MS } from "../../src/placements/digest-cache.ts";
import { all, anImage, bytes, fakeClient, int32, never, textsIn } from "../support/fake-client.ts";

const ourOutputs = ["text", "token_ids", "token_logprobs", "token_count", "prompt_token_count", "finish_reason"];

const described = { model_id: "m", revision: "r", dtype: "fp16", image_size: 768, first_location_id: 50_269 };

const describing: InferenceClient["metadata"] = async (name) => {
  return { name, versions: [], platform: "", inputs: [], outputs: [], parameters: described };
};

/** Tensors of two generations, the second shorter. */
const answers: readonly NamedTensor[] = [
  bytes("text", ["<s>a b</s>", "<s></s>"]),
  { name: "token_ids", datatype: "INT64", shape: [2, 3], data: BigInt64Array.of(0n, 9n, 2n, 0n, 2n, 1n) },
  { name: "token_logprobs", datatype: "FP32", shape: [2, 3], data: Float32Array.of(0, -0.5, -1, 0, -2, 0) },
  int32("token_count", [3, 2]),
  int32("prompt_token_count", [7, 8]),
  bytes("finish_reason", ["stop", "length"]),
];

const request: GenerateRequest = { image: anImage, prompts: ["one", "two"], decoding: {} };
const describeNone = () => Promise.reject(new Error("not asked for"));

function remote(
  answer: Parameters<typeof fakeClient>[0] = () => answers,
  changes: Parameters<typeof fakeClient>[1] = {},
  outputs: readonly string[] = ourOutputs,
) {
  const fake = fakeClient(answer, changes, outputs);
  let clock = 0;
  const backend = createRemoteBackend({ client: fake.client, now: () => clock, describe: describeNone });
  return { ...fake, backend, advance: (ms: number) => void (clock += ms) };
}

const without = (...names: readonly string[]) => answers.filter(({ name }) => !names.includes(name));
const instead = (tensor: NamedTensor) => [...without(tensor.name), tensor];

describe("a remote backend", () => {
  it("sends all prompts in one request and emits a generation for each", async () => {
    const { backend, calls } = remote();
    const events = await all(backend.generate(request, never));
    expect(events).toEqual([
      {
        type: "done",
        prompt: 0,
        generation: {
          tokenIds: [0, 9, 2],
          tokenLogprobs: [0, -0.5, -1],
          text: "<s>a b</s>",
          finishReason: "stop",
          promptTokens: 7,
        },
        timings: { decode: 20 },
      },
      {
        type: "done",
        prompt: 1,
        generation: {
          tokenIds: [0, 2],
          tokenLogprobs: [0, -2],
          text: "<s></s>",
          finishReason: "length",
          promptTokens: 8,
        },
        timings: { decode: 20 },
      },
    ]);
    expect(calls).toHaveLength(1);
    expect(textsIn(calls[0]?.inputs.get("prompt"))).toEqual(["one", "two"]);
    expect(calls[0]?.outputs).toEqual(ourOutputs);
  });

  it("sends the unchanged image, its digest, the decoding parameters and the trace", async () => {
    const { backend, calls } = remote();
    const decoding = { maxNewTokens: 5, beams: 3, noRepeatNgramSize: 3, earlyStopping: true, lengthPenalty: 2 };
    const trace = { requestId: "r1", traceparent: "t1" };
    await all(backend.generate({ ...request, decoding, trace }, never));
    const [one] = calls;
    expect(one?.inputs.get("image")).toMatchObject({ datatype: "BYTES", shape: [1], data: [anImage.bytes] });
    expect(textsIn(one?.inputs.get("image_digest"))).toEqual(["d1"]);
    expect(one?.inputs.get("max_new_tokens")).toMatchObject({ datatype: "INT32", shape: [1], data: Int32Array.of(5) });
    expect(one?.inputs.get("num_beams")).toMatchObject({ data: Int32Array.of(3) });
    expect(one?.parameters).toEqual({ no_repeat_ngram_size: 3, early_stopping: true, length_penalty: 2 });
    expect(one?.call).toMatchObject({ requestId: "r1", traceparent: "t1" });
  });

  it("sends the image's scope, and an image that another scope has sent", async () => {
    const { backend, calls } = remote();
    for (const scope of ["s1", "s2", "s2"])
      await all(backend.generate({ ...request, image: { ...anImage, scope } }, never));
    expect(calls.map(({ inputs }) => [textsIn(inputs.get("image_scope")), inputs.has("image")])).toEqual([
      [["s1"], true],
      [["s2"], true],
      [["s2"], false],
    ]);
  });

  it("omits parameters that the request leaves to the model's defaults", async () => {
    const { backend, calls } = remote();
    await all(backend.generate(request, never));
    expect([...(calls[0]?.inputs.keys() ?? [])]).toEqual(["image", "image_digest", "prompt"]);
    expect(calls[0]?.parameters).toEqual({});
  });

  it("sends only the digest of an image that was sent within the TTL", async () => {
    const { backend, calls, advance } = remote();
    await all(backend.generate(request, never));
    await all(backend.generate(request, never));
    advance(DIGEST_TTL_MS);
    await all(backend.generate(request, never));
    expect(calls.map(({ inputs }) => inputs.has("image"))).toEqual([true, false, true]);
  });

  it("sends the image again when the backend no longer has it", async () => {
    let forgets = false;
    const { backend, calls } = remote(({ inputs }) => {
      if (!forgets || inputs.has("image")) return answers;
      throw new InferenceFailure("refused", "who?", { status: 404, code: "unknown-digest" });
    });
    await all(backend.generate(request, never));
    forgets = true;
    expect(await all(backend.generate(request, never))).toHaveLength(2);
    expect(calls.map(({ inputs }) => inputs.has("image"))).toEqual([true, false, true]);
  });

  it("sends no digest and requests no optional output that the metadata does not list", async () => {
    const { backend, calls } = remote(() => without("prompt_token_count", "finish_reason"), {
      metadata: async (name) => ({ ...(await describing(name)), parameters: {} }),
    });
    const limited = { ...request, decoding: { maxNewTokens: 3 } };
    const events = await all(backend.generate(limited, never));
    expect([...(calls[0]?.inputs.keys() ?? [])]).toEqual(["image", "prompt", "max_new_tokens"]);
    expect(calls[0]?.outputs).toEqual(ourOutputs.slice(0, 4));
    const reasons = events.map((event) => (event.type === "done" ? event.generation.finishReason : undefined));
    expect(reasons).toEqual(["length", "stop"]);
  });

  it("memoizes metadata for the TTL", async () => {
    const { backend, metadataCalls, advance } = remote();
    await all(backend.generate(request, never));
    await all(backend.generate(request, never));
    expect(metadataCalls).toHaveLength(1);
    advance(MEMOIZE_TTL_MS);
    await all(backend.generate(request, never));
    expect(metadataCalls).toHaveLength(2);
  });

  it("returns the model that the backend reports, else the deployment's", async () => {
    const { backend } = remote(undefined, { metadata: describing });
    const model = { id: "m", revision: "r", dtype: "fp16", imageSize: 768, firstLocationId: 50_269 };
    expect(await backend.model()).toEqual(model);
    const other = createRemoteBackend({
      client: fakeClient(() => []).client,
      now: () => 0,
      describe: async () => model,
    });
    expect(await other.model()).toBe(model);
  });

  it("returns what the backend's model is for, only if the backend reports it as a text", async () => {
    const models = ["cats", 7].map((domain) => {
      const parameters = { ...described, domain };
      const metadata: typeof describing = async (name, call) => ({ ...(await describing(name, call)), parameters });
      return remote(undefined, { metadata }).backend.model();
    });
    expect((await Promise.all(models)).map(({ domain }) => domain)).toEqual(["cats", undefined]);
  });

  it("is not ready when the backend is not", async () => {
    const { backend } = remote(undefined, { modelReady: async () => false });
    await expect(backend.ready()).rejects.toMatchObject({ code: "backend-unavailable" });
  });
});

describe("an inconsistent reply is rejected", () => {
  it.each<[string, readonly NamedTensor[]]>([
    ["too few rows", [bytes("text", ["a"]), ...without("text")]],
    ["a count beyond the tokens", instead(int32("token_count", [4, 2]))],
    ["a negative count", instead(int32("token_count", [-1, 2]))],
    [
      "different numbers of ids and probabilities",
      instead({ name: "token_logprobs", datatype: "FP32", shape: [2, 2], data: new Float32Array(4) }),
    ],
    ["a flat list of ids", instead({ name: "token_ids", datatype: "INT64", shape: [6], data: new BigInt64Array(6) })],
    [
      "a probability above 1",
      instead({ name: "token_logprobs", datatype: "FP32", shape: [2, 3], data: Float32Array.of(0, 1, 0, 0, 0, 0) }),
    ],
    [
      "a probability of NaN",
      instead({ name: "token_logprobs", datatype: "FP32", shape: [2, 3], data: Float32Array.of(0, NaN, 0, 0, 0, 0) }),
    ],
    ["another datatype", instead({ name: "token_ids", datatype: "INT32", shape: [2, 3], data: new Int32Array(6) })],
    ["an unknown finish reason", instead(bytes("finish_reason", ["stop", "tired"]))],
    ["no outputs", []],
  ])("%s", async (_, reply) => {
    const { backend } = remote(() => reply);
    await expect(all(backend.generate(request, never))).rejects.toMatchObject({ code: "backend-failed" });
  });
});
