import type { PromptEncoder } from "../inference/backend.ts";
import { createGraphEncoder, type GraphEncoderOptions } from "./graph-encoder.ts";
import { createRemoteEncoder } from "./remote-encoder.ts";
import { memoized } from "../inference/memoized.ts";

/** Encodes with `florence2_encoder` if the backend has it, else with the ONNX graphs. */
export function createSplitEncoder(options: GraphEncoderOptions): PromptEncoder {
  const whole = createRemoteEncoder(options);
  const graphs = createGraphEncoder(options);
  const isWholeOffered = memoized(whole.isOffered, options.now);
  return {
    encode: async (request, signal) => {
      const encoder = (await isWholeOffered(signal)) ? whole : graphs;
      return encoder.encode(request, signal);
    },
    // Uses health checks only, which are short and bypass the circuit: either encoder suffices.
    ready: async () => whole.ready().catch(() => graphs.ready()),
  };
}
