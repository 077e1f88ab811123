import type { PromptEncoder } from "../inference/backend.ts";
import { createGraphEncoder, type GraphEncoderOptions } from "./graph-encoder.ts";
import { createRemoteEncoder } from "./remote-encoder.ts";
import { memoized } from "../inference/memoized.ts";

/** Encoders elsewhere: `florence2_encoder` where the backend has it, else the bare graphs. */
export function createSplitEncoder(options: GraphEncoderOptions): PromptEncoder {
  const whole = createRemoteEncoder(options);
  const graphs = createGraphEncoder(options);
  const isWholeOffered = memoized(whole.isOffered, options.now);
  return {
    encode: async (request, signal) => {
      const encoder = (await isWholeOffered(signal)) ? whole : graphs;
      return encoder.encode(request, signal);
    },
    // By health questions alone, which are short and pass the circuit: whichever there is has to be ready.
    ready: async () => whole.ready().catch(() => graphs.ready()),
  };
}
