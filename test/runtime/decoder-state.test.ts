import { describe, expect, it } from "vitest";
import {
  beginState,
  type DecoderState,
  concatStates,
  releaseState,
  selectState,
} from "../../src/runtime/decoder-state.ts";
import type { TensorInfo } from "../../src/runtime/session.ts";
import { type Float32Tensor, attentionMask, padAxis, stackRows } from "../../src/runtime/tensors.ts";

const selfAttention = "past_key_values.0.decoder.key";
const crossAttention = "past_key_values.0.encoder.key";

function tensor(dims: readonly number[], ...values: readonly number[]): Float32Tensor {
  return { type: "float32", data: Float32Array.from(values), dims };
}

/** A state after one step, with one row per prompt. Row `r` holds `r + 1`, and `r + 1.5` in the crossAttention-attention. */
function stateOf(prompts: readonly number[], lengths: readonly number[], longest: number): DecoderState {
  const rows = prompts.length;
  const padded = (tail: number) =>
    lengths.flatMap((length, row) => Array.from({ length: longest }, (_, at) => (at < length ? row + 1 + tail : 0)));
  return {
    encoderOutput: { hidden: tensor([rows, longest, 1], ...padded(0)), lengths, mask: attentionMask(lengths, longest) },
    prompts,
    cache: {
      [selfAttention]: tensor([rows, 1, 1, 1], ...prompts.map((_, row) => row + 1)),
      [crossAttention]: tensor([rows, 1, longest, 1], ...padded(0.5)),
    },
    started: true,
  };
}

describe("padAxis", () => {
  it("pads any axis with zeros at its end", () => {
    const given = tensor([2, 1, 2], 1, 2, 3, 4);
    expect(padAxis(given, 2, 3)).toEqual(tensor([2, 1, 3], 1, 2, 0, 3, 4, 0));
    expect(padAxis(given, 1, 2)).toEqual(tensor([2, 2, 2], 1, 2, 0, 0, 3, 4, 0, 0));
    expect(padAxis(given, 0, 3)).toEqual(tensor([3, 1, 2], 1, 2, 3, 4, 0, 0));
  });

  it("returns the tensor itself if the axis is as long, or longer", () => {
    const given = tensor([1, 2], 1, 2);
    expect(padAxis(given, 1, 2)).toBe(given);
    expect(padAxis(given, 1, 1)).toBe(given);
  });
});

describe("stackRows", () => {
  it("concatenates rows, as a copy", () => {
    const given = tensor([1, 2], 1, 2);
    const stacked = stackRows([given, tensor([2, 2], 3, 4, 5, 6), tensor([0, 2])]);
    expect(stacked).toEqual(tensor([3, 2], 1, 2, 3, 4, 5, 6));
    stacked.data.fill(9);
    expect(given).toEqual(tensor([1, 2], 1, 2));
  });
});

describe("beginState", () => {
  it("has a row for each prompt and an empty cache, and masks the padding of shorter prompts", () => {
    const inputs = [selfAttention, crossAttention, "inputs_embeds"].map((name): TensorInfo => ({
      name,
      type: "float32",
      shape: [],
    }));
    const encoded = [tensor([1, 1, 1], 7), tensor([1, 2, 1], 8, 9)];
    const state = beginState({ inputs }, { attentionHeads: 3, headSize: 4 }, encoded);
    expect(Object.keys(state.cache)).toEqual([selfAttention, crossAttention]);
    expect(state.cache[selfAttention]?.dims).toEqual([2, 3, 0, 4]);
    expect(state).toMatchObject({
      prompts: [0, 1],
      started: false,
      encoderOutput: {
        hidden: tensor([2, 2, 1], 7, 0, 8, 9),
        lengths: [1, 2],
        mask: { data: BigInt64Array.of(1n, 0n, 1n, 1n) },
      },
    });
  });
});

describe("concatStates", () => {
  it("concatenates rows, and pads shorter encoder outputs but not the self-attention", () => {
    const whole = concatStates([stateOf([0], [1], 1), stateOf([0, 1], [3, 2], 3)]);
    expect(whole).toEqual({
      encoderOutput: {
        hidden: tensor([3, 3, 1], 1, 0, 0, 1, 1, 1, 2, 2, 0),
        lengths: [1, 3, 2],
        mask: attentionMask([1, 3, 2], 3),
      },
      prompts: [0, 1, 2],
      cache: {
        [selfAttention]: tensor([3, 1, 1, 1], 1, 1, 2),
        [crossAttention]: tensor([3, 1, 3, 1], 1.5, 0, 0, 1.5, 1.5, 1.5, 2.5, 2.5, 0),
      },
      started: true,
    });
  });

  it("keeps one index for the beams of a prompt, and different indices for different states", () => {
    expect(concatStates([stateOf([1, 1, 3], [1, 1, 1], 1), stateOf([0, 0], [1, 1], 1)]).prompts).toEqual([
      1, 1, 3, 4, 4,
    ]);
  });

  it("returns copies, so that the concatenated states can be released", () => {
    const [one, other] = [stateOf([0], [1], 1), stateOf([0], [1], 1)];
    const whole = concatStates([one, other]);
    for (const state of [one, other]) releaseState(state, [whole]);
    expect(one.encoderOutput.hidden.data.buffer.byteLength).toBe(0);
    expect(whole.cache[selfAttention]).toEqual(tensor([2, 1, 1, 1], 1, 1));
    expect(whole.encoderOutput.hidden).toEqual(tensor([2, 1, 1], 1, 1));
  });
});

describe("releaseState", () => {
  it("keeps tensors that a kept state shares", () => {
    const state = stateOf([0, 0], [2, 2], 2);
    const selected = selectState(state, [1, 0]);
    releaseState(state, [selected]);
    expect(state.cache[selfAttention]?.data.length).toBe(0);
    expect(selected.cache[crossAttention]?.data.length).toBe(4);
    expect(selected.cache[selfAttention]).toEqual(tensor([2, 1, 1, 1], 2, 1));
  });
});
