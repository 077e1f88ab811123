import type { RoomRow } from "./room.ts";

/** The rooms that hold and run a model, as a part of the table in `rooms.ts`. */
export const modelRooms = {
  weights: {
    imports: ["bytes", "contract/problems.ts"],
    packages: ["zod"],
    why: "weights/ turns parts into verified files; it does not know what runs them.",
  },
  runtime: {
    imports: ["weights", "inference/backend.ts", "contract/problems.ts"],
    packages: ["zod", "onnxruntime-web"],
    nodePackages: ["onnxruntime-node"],
    why: "runtime/ is sessions and graphs; it knows the Backend port's types and nothing else of the flow.",
  },
  pixels: {
    // The header check and the decoder must read the same parts of a file: both use these.
    imports: [
      "image/gif-frame.ts",
      "image/jpeg-markers.ts",
      "image/jpeg-segments.ts",
      "image/inflate.ts",
      "image/png-chunks.ts",
      "image/png-layout.ts",
      "image/png-raster.ts",
      "runtime/memory-growth.ts",
      "runtime/model-config.ts",
      "runtime/tensors.ts",
      "inference/backend.ts",
      "contract/problems.ts",
    ],
    packages: ["@jsquash/jpeg", "@jsquash/webp"],
    nodePackages: ["node:*"],
    why: "pixels/ turns a file into a tensor; it runs no graph.",
  },
  decoding: {
    imports: ["runtime", "inference/backend.ts", "contract/problems.ts"],
    packages: ["zod", "@huggingface/tokenizers"],
    why: "decoding/ turns logits into tokens; it does not know where the model runs.",
  },
  placements: {
    imports: [
      "decoding",
      "runtime",
      "weights/shards.ts",
      "inference",
      "inference/protocol",
      "cache/byte-lru.ts",
      "scheduling",
      "bytes",
      "contract/problems.ts",
      "contract/work-units.ts",
    ],
    packages: ["zod"],
    why: "placements/ implements the Backend port; it knows nothing of the flow that calls it.",
  },
  engine: {
    imports: [
      "decoding",
      "runtime",
      "weights/shards.ts",
      "inference/backend.ts",
      "cache/byte-lru.ts",
      "scheduling",
      "contract/problems.ts",
    ],
    nodePackages: ["node:*"],
    why: "engine/ runs one model for many requests; it does not know HTTP.",
  },
} as const satisfies Readonly<Record<string, RoomRow>>;
