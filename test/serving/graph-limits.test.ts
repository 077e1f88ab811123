import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { graphUnits } from "../../src/contract/work-units.ts";
import type { GraphSignatures } from "../../src/engine/messages.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import { checkedUnits, type GraphName, graphLimits } from "../../src/serving/graph-limits.ts";
import { ServingFailure } from "../../src/serving/serving-failure.ts";
import { servedPorts, servedSizes } from "../support/serving-ports.ts";

const graphs: Readonly<Record<GraphName, keyof GraphSignatures>> = {
  vision_encoder: "visionEncoder",
  embed_tokens: "embedTokens",
  encoder_model: "encoder",
  decoder_model_merged: "decoder",
};

/** A tensor by its shape alone: no check reads its data. */
function shaped(name: string, ...shape: readonly number[]): NamedTensor {
  return { name, datatype: "FP32", shape, data: new Float32Array(0) };
}

function unitsOf(graph: GraphName, ...tensors: readonly NamedTensor[]): number {
  const inputs = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return checkedUnits(graph, servedPorts[graphs[graph]].inputs, inputs, servedSizes);
}

/** Every input with a free dimension, of every graph. */
const freeInputs = Object.entries(graphs).flatMap(([name, graph]) => {
  const known = Object.keys(graphLimits).filter((each): each is GraphName => each === name);
  return known.flatMap((each) => servedPorts[graph].inputs.map((port) => [each, port] as const));
});

describe("limits of graphs", () => {
  it.each([
    ["vision_encoder", shaped("pixel_values", 16, 3, 2, 2), shaped("pixel_values", 17, 3, 2, 2)],
    ["embed_tokens", shaped("input_ids", 64, 1024), shaped("input_ids", 65, 1024)],
    ["encoder_model", shaped("inputs_embeds", 64, 256, 4), shaped("inputs_embeds", 65, 256, 4)],
    ["encoder_model", shaped("inputs_embeds", 8, 1024, 4), shaped("inputs_embeds", 9, 1024, 4)],
    ["encoder_model", shaped("attention_mask", 8, 1024), shaped("attention_mask", 8, 1025)],
    ["decoder_model_merged", shaped("inputs_embeds", 1024, 1, 4), shaped("inputs_embeds", 1025, 1, 4)],
    ["decoder_model_merged", shaped("inputs_embeds", 1, 1024, 4), shaped("inputs_embeds", 0, 1025, 4)],
    [
      "decoder_model_merged",
      shaped("encoder_hidden_states", 16, 1024, 4),
      shaped("encoder_hidden_states", 1, 62_000, 4),
    ],
    ["decoder_model_merged", shaped("encoder_attention_mask", 16, 1024), shaped("encoder_attention_mask", 17, 1024)],
    [
      "decoder_model_merged",
      shaped("past_key_values.0.encoder.key", 1, 1, 1024, 4),
      shaped("past_key_values.0.encoder.key", 1, 1, 1025, 4),
    ],
    [
      "decoder_model_merged",
      shaped("past_key_values.0.decoder.key", 16_384, 1, 0, 4),
      shaped("past_key_values.0.decoder.key", 16_385, 1, 0, 4),
    ],
  ] as const)("%s accepts the largest input and refuses a larger one", (graph, largest, larger) => {
    expect(unitsOf(graph, largest)).toBeGreaterThan(0);
    expect(() => unitsOf(graph, larger)).toThrow(expect.objectContaining({ code: "invalid-request" }));
  });

  it.each(freeInputs)("%s bounds every free dimension of every input: %o", (graph, port) => {
    const free = port.shape.flatMap((size, axis) => (typeof size === "number" ? [] : [axis]));
    for (const axis of free) {
      const shape = port.shape.map((size, at) => (at === axis ? 2 ** 20 : typeof size === "number" ? size : 0));
      expect(() => unitsOf(graph, shaped(port.name, ...shape))).toThrow(ServingFailure);
    }
  });

  it("names the input, its shape and the limit", () => {
    expect(() => unitsOf("decoder_model_merged", shaped("encoder_hidden_states", 1, 62_000, 4))).toThrow(
      "encoder_hidden_states is [1, 62000, 4]; a row may have at most 1024.",
    );
  });

  it("counts the units of the largest input", () => {
    expect(unitsOf("vision_encoder", shaped("pixel_values", 3, 3, 2, 2))).toBe(graphUnits({ images: 3 }));
    const states = [shaped("inputs_embeds", 2, 1, 4), shaped("encoder_hidden_states", 2, 600, 4)];
    expect(unitsOf("decoder_model_merged", ...states)).toBe(graphUnits({ tokens: 1200 }));
    expect(unitsOf("decoder_model_merged", shaped("inputs_embeds", 1, 1, 4))).toBe(1);
  });

  it("never costs less for a larger input", () => {
    const size = integer({ min: 0, max: 100 });
    assert(
      property(size, size, (rows, length) => {
        const smaller = unitsOf("encoder_model", shaped("inputs_embeds", rows, length, 4));
        expect(unitsOf("encoder_model", shaped("inputs_embeds", rows + 1, length, 4))).toBeGreaterThanOrEqual(smaller);
        expect(unitsOf("encoder_model", shaped("inputs_embeds", rows, length + 1, 4))).toBeGreaterThanOrEqual(smaller);
      }),
    );
  });
});
