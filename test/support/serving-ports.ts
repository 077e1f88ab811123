import type { GraphSignatures } from "../../src/engine/messages.ts";
import type { TensorInfo } from "../../src/runtime/session.ts";

function float(name: string, ...shape: readonly (number | string)[]): TensorInfo {
  return { name, type: "float32", shape };
}

/** Sizes of the model of `servedPorts`. */
export const servedSizes = { positions: 1024, imageSize: 2 } as const;

/** Ports like those of an exported model, with one layer and width 4. */
export const servedPorts: GraphSignatures = {
  visionEncoder: { inputs: [float("pixel_values", "rows", 3, 2, 2)], outputs: [float("image_features", "rows", 2, 4)] },
  embedTokens: {
    inputs: [{ name: "input_ids", type: "int64", shape: ["rows", "tokens"] }],
    outputs: [float("inputs_embeds", "rows", "tokens", 4)],
  },
  encoder: {
    inputs: [
      { name: "attention_mask", type: "int64", shape: ["rows", "tokens"] },
      float("inputs_embeds", "rows", "tokens", 4),
    ],
    outputs: [float("last_hidden_state", "rows", "tokens", 4)],
  },
  decoder: {
    inputs: [
      float("inputs_embeds", "rows", "tokens", 4),
      { name: "use_cache_branch", type: "bool", shape: [1] },
      float("past_key_values.0.decoder.key", "rows", 1, "past", 4),
      float("past_key_values.0.encoder.key", "rows", 1, "states", 4),
      float("encoder_hidden_states", "rows", "states", 4),
      { name: "encoder_attention_mask", type: "int64", shape: ["rows", "states"] },
    ],
    outputs: [float("logits", "rows", "tokens", 8), float("present.0.decoder.key", "rows", 1, "all", 4)],
  },
};
