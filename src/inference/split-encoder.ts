import type { PromptEncoder } from "./backend.ts";
import { backendProblem } from "./backend-problem.ts";
import { createGraphEncoder, type GraphEncoderOptions } from "./graph-encoder.ts";
import { createRemoteEncoder } from "./remote-encoder.ts";
import { remembered } from "./remembered.ts";
import { models } from "./wire.ts";

/** Encoders elsewhere: `florence2_encoder` where the backend has it, else the bare graphs. */
export function createSplitEncoder(options: GraphEncoderOptions): PromptEncoder {
  const { client, now } = options;
  const whole = createRemoteEncoder(options);
  const graphs = createGraphEncoder(options);
  const hasWhole = remembered((signal?: AbortSignal) => client.modelReady(models.encoder, { signal }), now);
  const choose = async (signal?: AbortSignal): Promise<PromptEncoder> => {
    try {
      return (await hasWhole(signal)) ? whole : graphs;
    } catch (thrown) {
      throw backendProblem(thrown);
    }
  };
  return {
    encode: async (request, signal) => (await choose(signal)).encode(request, signal),
    ready: async () => (await choose()).ready(),
  };
}
