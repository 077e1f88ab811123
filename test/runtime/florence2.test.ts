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

/** The one tensor of a batch of one. */
async function only(batch: ReturnType<Florence2["encodeImages"]>) {
  const [tensor] = await batch;
  if (tensor === undefined) throw new Error("an empty batch");
  return tensor;
}

/** The tiny model and what its graphs were asked. */
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
  it("reads the picture's tokens, then the prompt's, all of them unmasked", async () => {
    const { encoded, runsOf } = await tinyFlorence();
    const [run] = runsOf(modelFiles.encoder);
    expect(run?.inputs["inputs_embeds"]?.dims).toEqual([1, 5, 1]);
    expect(run?.inputs["attention_mask"]).toEqual({ type: "int64", dims: [1, 5], data: new BigInt64Array(5).fill(1n) });
    expect(encoded.dims).toEqual([1, 5, 1]);
  });

  it("sees the picture as one batch of three planes", async () => {
    const { runsOf } = await tinyFlorence();
    expect(runsOf(modelFiles.visionEncoder)[0]?.inputs["pixel_values"]?.dims).toEqual([1, 3, 1, 1]);
  });
});

describe("the decoder", () => {
  it("begins with an empty cache and the branch without one", async () => {
    const { florence, encoded, runsOf } = await tinyFlorence();
    await florence.step(florence.begin([encoded]), [2]);
    const [run] = runsOf(modelFiles.decoder);
    expect(run?.inputs["use_cache_branch"]).toEqual({ type: "bool", data: Uint8Array.of(0), dims: [1] });
    expect(run?.inputs["past_key_values.0.decoder.key"]?.dims).toEqual([1, 1, 0, 1]);
    expect(run?.inputs["past_key_values.0.encoder.value"]?.dims).toEqual([1, 1, 0, 1]);
  });

  it("is fed what it gave, but keeps the first step's cross-attention and asks for no other", async () => {
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

  it("may go on from one state in several ways", async () => {
    const { florence, encoded } = await tinyFlorence();
    const { state } = await florence.step(florence.begin([encoded]), [2]);
    const one = await florence.step(state, [0]);
    const other = await florence.step(state, [0]);
    expect(one.logits).toEqual(other.logits);
    expect(one.logits[0]?.[TINY_ANSWER[1] ?? 0]).toBe(1);
  });

  it("reads several prompts as one batch, the shorter ones padded behind their end", async () => {
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
  it("takes each row's own past along, one as often as it is wanted", async () => {
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

  it("in their order copies nothing", async () => {
    const { florence, encoded } = await tinyFlorence();
    const { state } = await florence.step(florence.begin([encoded, encoded]), [2, 2]);
    expect(florence.select(state, [0, 1])).toBe(state);
  });

  it("shares what all beams of a prompt look at", async () => {
    const { florence, encoded } = await tinyFlorence();
    const first = await florence.step(florence.begin([encoded]), [2]);
    const two = await florence.step(florence.select(first.state, [0, 0]), [4, 5]);
    const swapped = florence.select(two.state, [1, 0]);
    expect(swapped.encoderOutput).toBe(two.state.encoderOutput);
    expect(keys(swapped).map((tensor, at) => tensor === keys(two.state)[at])).toEqual([false, false, true, true]);
    florence.release(two.state, [swapped]);
    expect(isFreed(swapped)).toEqual([false, false, false, false]);
  });

  it("keeps each prompt's mask, and its width, when others leave", async () => {
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
  it("frees its own cache and leaves what a later state shares", async () => {
    const { florence, encoded } = await tinyFlorence();
    const first = await florence.step(florence.begin([encoded]), [2]);
    const second = await florence.step(first.state, [0]);
    florence.release(first.state, [second.state]);
    expect(isFreed(first.state)).toEqual([true, true, false, false]);
    expect(isFreed(second.state)).toEqual([false, false, false, false]);
  });

  it("frees everything when nothing comes after it", async () => {
    const { florence, encoded } = await tinyFlorence();
    const { state } = await florence.step(florence.begin([encoded]), [2]);
    florence.release(state, []);
    expect(isFreed(state)).toEqual([true, true, true, true]);
  });

  it("leaves the beginning as it was for the next prompt", async () => {
    const { florence, encoded } = await tinyFlorence();
    florence.release(florence.begin([encoded]), []);
    const { logits } = await florence.step(florence.begin([encoded]), [2]);
    expect(logits[0]?.[0]).toBe(1);
  });
});
