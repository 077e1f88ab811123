import { describe, expect, it } from "vitest";
import type { DecoderState } from "../../src/runtime/decoder-state.ts";
import { createFlorence2, type Florence2 } from "../../src/runtime/florence2.ts";
import { modelFiles } from "../../src/runtime/load-model.ts";
import { readModelConfig } from "../../src/runtime/model-config.ts";
import type { Session } from "../../src/runtime/session.ts";
import { rowsOf } from "../../src/runtime/tensors.ts";
import { TINY_ANSWER, tinyFiles, tinySessions, type RecordedRun } from "../support/tiny-model.ts";

const json = (path: string): unknown => JSON.parse(new TextDecoder().decode(tinyFiles.get(path)));
const config = readModelConfig({
  config: json(modelFiles.config),
  generation: json(modelFiles.generation),
  preprocessor: json(modelFiles.preprocessor),
  tokenizer: json(modelFiles.tokenizer),
});

/** Returns the only tensor of a batch of one. */
async function only(batch: ReturnType<Florence2["encodeImages"]>) {
  const [tensor] = await batch;
  if (tensor === undefined) throw new Error("an empty batch");
  return tensor;
}

/** The tiny model, with the recorded runs of its graphs. */
async function tinyFlorence() {
  const sessions = tinySessions();
  const open = (path: string): Promise<Session> => sessions.create(new TextEncoder().encode(path));
  const graphs = {
    visionEncoder: await open(modelFiles.visionEncoder),
    embedTokens: await open(modelFiles.embedTokens),
    encoder: await open(modelFiles.encoder),
    decoder: await open(modelFiles.decoder),
  };
  const florence = createFlorence2(graphs, config);
  const features = await only(florence.encodeImages([new Float32Array(3)]));
  const encoded = await only(florence.encodePrompts([{ features, ids: [0, 4, 2] }]));
  const runsOf = (graph: string): readonly RecordedRun[] => sessions.ran.filter((run) => run.graph === graph);
  return { florence, features, encoded, runsOf };
}

const empty = { type: "float32", data: new Float32Array(0), dims: [0] } as const;
const keys = (state: DecoderState) => Object.values(state.cache);
const isFreed = (state: DecoderState) =>
  keys(state).map(({ data }) => data.buffer instanceof ArrayBuffer && data.buffer.detached);

describe("the encoder", () => {
  it("reads the image tokens, then the prompt tokens, with no token masked", async () => {
    const { encoded, runsOf } = await tinyFlorence();
    const [run] = runsOf(modelFiles.encoder);
    expect(run?.inputs["inputs_embeds"]?.dims).toEqual([1, 5, 1]);
    expect(run?.inputs["attention_mask"]).toEqual({ type: "int64", dims: [1, 5], data: new BigInt64Array(5).fill(1n) });
    expect(encoded.dims).toEqual([1, 5, 1]);
  });

  it("gets the image as a batch of one with three planes", async () => {
    const { runsOf } = await tinyFlorence();
    expect(runsOf(modelFiles.visionEncoder)[0]?.inputs["pixel_values"]?.dims).toEqual([1, 3, 1, 1]);
  });
});

describe("the decoder", () => {
  it("starts with an empty cache and the branch without a cache", async () => {
    const { florence, encoded, runsOf } = await tinyFlorence();
    await florence.step(florence.begin([encoded]), [2]);
    const [run] = runsOf(modelFiles.decoder);
    expect(run?.inputs["use_cache_branch"]).toEqual({ type: "bool", data: Uint8Array.of(0), dims: [1] });
    expect(run?.inputs["past_key_values.0.decoder.key"]?.dims).toEqual([1, 1, 0, 1]);
    expect(run?.inputs["past_key_values.0.encoder.value"]?.dims).toEqual([1, 1, 0, 1]);
  });

  it("is fed its own cache, keeps the cross-attention of the first step and requests no other", async () => {
    const { florence, encoded, runsOf } = await tinyFlorence();
    const first = await florence.step(florence.begin([encoded]), [2]);
    const second = await florence.step(first.state, [0]);
    await florence.step(second.state, [4]);
    const [, secondRun, thirdRun] = runsOf(modelFiles.decoder);
    expect(secondRun?.inputs["use_cache_branch"]?.data).toEqual(Uint8Array.of(1));
    expect(secondRun?.outputs).toEqual(["logits", "present.0.decoder.key", "present.0.decoder.value"]);
    expect(thirdRun?.inputs["past_key_values.0.decoder.key"]?.dims).toEqual([1, 1, 2, 1]);
    const cross = "past_key_values.0.encoder.key";
    expect(thirdRun?.inputs[cross]).toBe(first.state.cache[cross]);
  });

  it("can continue one state several times", async () => {
    const { florence, encoded } = await tinyFlorence();
    const { state } = await florence.step(florence.begin([encoded]), [2]);
    const one = await florence.step(state, [0]);
    const other = await florence.step(state, [0]);
    expect(one.logits).toEqual(other.logits);
    expect(one.logits[0]?.[TINY_ANSWER[1] ?? 0]).toBe(1);
  });

  it("reads several prompts as one batch, shorter ones padded at the end", async () => {
    const { florence, features, encoded, runsOf } = await tinyFlorence();
    const longer = await only(florence.encodePrompts([{ features, ids: [0, 4, 4, 4, 2] }]));
    const { logits } = await florence.step(florence.begin([encoded, longer]), [2, 2]);
    const [run] = runsOf(modelFiles.decoder);
    expect(run?.inputs["inputs_embeds"]?.dims).toEqual([2, 1, 1]);
    expect(run?.inputs["encoder_hidden_states"]?.dims).toEqual([2, 7, 1]);
    const mask = BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 0n, 0n, 1n, 1n, 1n, 1n, 1n, 1n, 1n);
    expect(run?.inputs["encoder_attention_mask"]).toEqual({ type: "int64", dims: [2, 7], data: mask });
    expect(logits.map((row) => row.length)).toEqual([8, 8]);
  });
});

const fedIds = (state: DecoderState) =>
  rowsOf(state.cache["past_key_values.0.decoder.key"] ?? empty).map((row) => [...row]);

describe("selecting rows of a state", () => {
  it("keeps the past of each row, also of a row that is selected twice", async () => {
    const { florence, encoded } = await tinyFlorence();
    const first = await florence.step(florence.begin([encoded]), [2]);
    const three = await florence.step(florence.select(first.state, [0, 0, 0]), [4, 5, 6]);
    expect(fedIds(florence.select(three.state, [2, 0, 2]))).toEqual([
      [2, 6],
      [2, 4],
      [2, 6],
    ]);
    expect(fedIds(florence.select(three.state, [1]))).toEqual([[2, 5]]);
  });

  it("copies nothing if the order is unchanged", async () => {
    const { florence, encoded } = await tinyFlorence();
    const { state } = await florence.step(florence.begin([encoded, encoded]), [2, 2]);
    expect(florence.select(state, [0, 1])).toBe(state);
  });

  it("shares the encoder output among the beams of a prompt", async () => {
    const { florence, encoded } = await tinyFlorence();
    const first = await florence.step(florence.begin([encoded]), [2]);
    const two = await florence.step(florence.select(first.state, [0, 0]), [4, 5]);
    const swapped = florence.select(two.state, [1, 0]);
    expect(swapped.encoderOutput).toBe(two.state.encoderOutput);
    expect(keys(swapped).map((tensor, at) => tensor === keys(two.state)[at])).toEqual([false, false, true, true]);
    florence.release(two.state, [swapped]);
    expect(isFreed(swapped)).toEqual([false, false, false, false]);
  });

  it("keeps the mask of each prompt, and its width, when other rows are removed", async () => {
    const { florence, features, encoded } = await tinyFlorence();
    const longer = await only(florence.encodePrompts([{ features, ids: [0, 4, 4, 2] }]));
    const { state } = await florence.step(florence.begin([longer, encoded]), [2, 2]);
    const { encoderOutput, prompts } = florence.select(state, [1]);
    expect(prompts).toEqual([1]);
    expect(encoderOutput.mask).toEqual({ type: "int64", dims: [1, 6], data: BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 0n) });
    expect(encoderOutput.hidden.dims).toEqual([1, 6, 1]);
  });
});

describe("releasing a state", () => {
  it("frees its own cache and keeps tensors that a later state shares", async () => {
    const { florence, encoded } = await tinyFlorence();
    const first = await florence.step(florence.begin([encoded]), [2]);
    const second = await florence.step(first.state, [0]);
    florence.release(first.state, [second.state]);
    expect(isFreed(first.state)).toEqual([true, true, false, false]);
    expect(isFreed(second.state)).toEqual([false, false, false, false]);
  });

  it("frees everything if no state is kept", async () => {
    const { florence, encoded } = await tinyFlorence();
    const { state } = await florence.step(florence.begin([encoded]), [2]);
    florence.release(state, []);
    expect(isFreed(state)).toEqual([true, true, true, true]);
  });

  it("does not affect the initial state of the next prompt", async () => {
    const { florence, encoded } = await tinyFlorence();
    florence.release(florence.begin([encoded]), []);
    const { logits } = await florence.step(florence.begin([encoded]), [2]);
    expect(logits[0]?.[0]).toBe(1);
  });
});
