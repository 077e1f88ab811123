import type { PromptEncoder } from "./backend.ts";
import { backendProblem } from "./backend-problem.ts";
import { createGraphEncoder, type GraphEncoderOptions } from "./graph-encoder.ts";
import { createRemoteEncoder } from "./remote-encoder.ts";
import type { InferenceClient } from "./protocol/client.ts";
import { InferenceFailure } from "./protocol/failure.ts";
import { remembered } from "./remembered.ts";
import { models } from "./wire.ts";

/** How servers answer for a model that they do not have: Triton has said both. */
const ABSENT: ReadonlySet<number | undefined> = new Set([400, 404]);

/** Whether the backend has a model at all. That it cannot answer for it now says nothing, and is thrown. */
async function hasModel(client: InferenceClient, model: string, signal: AbortSignal): Promise<boolean> {
  try {
    await client.metadata(model, { signal });
    return true;
  } catch (thrown) {
    if (thrown instanceof InferenceFailure && ABSENT.has(thrown.status)) return false;
    throw thrown;
  }
}

/** Encoders elsewhere: `florence2_encoder` where the backend has it, else the bare graphs. */
export function createSplitEncoder(options: GraphEncoderOptions): PromptEncoder {
  const { client, now } = options;
  const whole = createRemoteEncoder(options);
  const graphs = createGraphEncoder(options);
  const hasWhole = remembered((signal: AbortSignal) => hasModel(client, models.encoder, signal), now);
  const choose = async (signal: AbortSignal): Promise<PromptEncoder> => {
    try {
      return (await hasWhole(signal)) ? whole : graphs;
    } catch (thrown) {
      throw backendProblem(thrown);
    }
  };
  return {
    encode: async (request, signal) => (await choose(signal)).encode(request, signal),
    // By health questions alone, which are short and pass the circuit: whichever there is has to be ready.
    ready: async () => whole.ready().catch(() => graphs.ready()),
  };
}
