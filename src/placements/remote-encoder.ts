import { Problem } from "../contract/problems.ts";
import type { EncodablePrompt, EncodeRequest, PromptEncoder } from "../inference/backend.ts";
import { backendProblem } from "./backend-problem.ts";
import { rowStates } from "./encoder-states.ts";
import { digestSupport, requestDigestFirst } from "./digest-first.ts";
import { createEncoderStateCache } from "./encoder-state-cache.ts";
import { identityOf } from "../inference/model-identity.ts";
import type { InferenceClient } from "../inference/protocol/client.ts";
import { InferenceFailure } from "../inference/protocol/failure.ts";
import { outputOf } from "../inference/protocol/infer.ts";
import type { ModelMetadata } from "../inference/protocol/metadata.ts";
import { memoized } from "../inference/memoized.ts";
import { createDigestCache } from "./digest-cache.ts";
import { callOptions, imageTensors, models, textTensor } from "../inference/wire.ts";

/** Options of a remote encoder. */
export interface RemoteEncoderOptions {
  readonly client: InferenceClient;
  readonly now: () => number;
  /** Maximum bytes of the encoder state cache. */
  readonly stateBytes: number;
}

/** `florence2_encoder`, which a backend may lack. */
export interface RemoteEncoder extends PromptEncoder {
  /** Whether the backend has the model. Throws if the backend cannot answer. */
  readonly isOffered: (signal: AbortSignal) => Promise<boolean>;
}

/** Statuses for an unknown model: Triton has returned both. */
const ABSENT: ReadonlySet<number | undefined> = new Set([400, 404]);

async function exists(metadata: Promise<ModelMetadata>): Promise<boolean> {
  try {
    await metadata;
    return true;
  } catch (thrown) {
    if (thrown instanceof InferenceFailure && ABSENT.has(thrown.status)) return false;
    throw backendProblem(thrown);
  }
}

const HALF = "last_hidden_state_fp16";
const FULL = "last_hidden_state";

/** The output with the states: half precision, which has half the bytes, if the backend offers it. */
function statesOutput({ outputs }: ModelMetadata) {
  return outputs.some(({ name }) => name === HALF)
    ? ({ name: HALF, datatype: "FP16" } as const)
    : ({ name: FULL, datatype: "FP32" } as const);
}

/** Encodes with `florence2_encoder`. Images are sent unchanged and never decoded locally. */
export function createRemoteEncoder({ client, now, stateBytes: maxBytes }: RemoteEncoderOptions): RemoteEncoder {
  const digests = createDigestCache(now);
  const stateCache = createEncoderStateCache(maxBytes);
  const metadataOf = memoized((signal: AbortSignal) => client.metadata(models.encoder, { signal }), now);
  const encode = async (request: EncodeRequest, prompts: readonly EncodablePrompt[], signal: AbortSignal) => {
    const { image, trace } = request;
    const metadata = await metadataOf(signal);
    const support = digestSupport(metadata);
    const output = statesOutput(metadata);
    const outputs = [{ name: output.name }, { name: "sequence_length" }];
    const texts = prompts.map(({ text }) => text);
    const reply = await requestDigestFirst(image, support, digests, (isCached) => {
      const inputs = [...imageTensors(image, support, isCached), textTensor("prompt", texts)];
      return client.infer(models.encoder, { inputs, outputs }, callOptions(signal, trace));
    });
    const { data: lengths } = outputOf(reply, "sequence_length", "INT32");
    return {
      states: rowStates(outputOf(reply, output.name, output.datatype), lengths, prompts.length),
      revision: identityOf(reply.parameters)?.revision,
    };
  };
  return {
    encode: async (request, signal) => {
      try {
        return await stateCache.encode(request, (misses) => encode(request, misses, signal));
      } catch (thrown) {
        throw backendProblem(thrown);
      }
    },
    ready: () => requireModelsReady(client, [models.encoder]),
    isOffered: (signal) => exists(metadataOf(signal)),
  };
}

/** Throws `backend-unavailable` unless all the models are ready. */
export async function requireModelsReady(client: InferenceClient, names: readonly string[]): Promise<void> {
  try {
    const ready = await Promise.all(names.map((name) => client.modelReady(name)));
    if (ready.every(Boolean)) return;
  } catch (thrown) {
    throw backendProblem(thrown);
  }
  throw new Problem("backend-unavailable", "The backend says that it is not ready.");
}
