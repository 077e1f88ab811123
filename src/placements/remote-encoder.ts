import { Problem } from "../contract/problems.ts";
import type { EncodablePrompt, EncodeRequest, PromptEncoder } from "../inference/backend.ts";
import { backendProblem } from "./backend-problem.ts";
import { rowStates } from "./encoder-states.ts";
import { requestDigestFirst } from "./digest-first.ts";
import { createEncoderStateCache } from "./encoder-state-cache.ts";
import { identityOf } from "../inference/model-identity.ts";
import type { InferenceClient } from "../inference/protocol/client.ts";
import { InferenceFailure } from "../inference/protocol/failure.ts";
import { outputOf } from "../inference/protocol/infer.ts";
import type { ModelMetadata } from "../inference/protocol/metadata.ts";
import { memoized } from "../inference/memoized.ts";
import { createDigestCache } from "./digest-cache.ts";
import { callOptions, imageTensors, models, textTensor } from "../inference/wire.ts";

/** What encoders elsewhere are asked with. */
export interface RemoteEncoderOptions {
  readonly client: InferenceClient;
  readonly now: () => number;
  /** For states that were had before. */
  readonly stateBytes: number;
}

/** `florence2_encoder`, which a backend may lack. */
export interface RemoteEncoder extends PromptEncoder {
  /** Whether the backend has it at all. That it cannot say so now says nothing, and is thrown. */
  readonly isOffered: (signal: AbortSignal) => Promise<boolean>;
}

/** How servers answer for a model that they do not have: Triton has said both. */
const ABSENT: ReadonlySet<number | undefined> = new Set([400, 404]);

async function isThere(metadata: Promise<ModelMetadata>): Promise<boolean> {
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

/** Half the bytes where the backend offers it. */
function statesOutput({ outputs }: ModelMetadata) {
  return outputs.some(({ name }) => name === HALF)
    ? ({ name: HALF, datatype: "FP16" } as const)
    : ({ name: FULL, datatype: "FP32" } as const);
}

/** `florence2_encoder`: pictures are sent as they came, and never decoded here. */
export function createRemoteEncoder({ client, now, stateBytes: maxBytes }: RemoteEncoderOptions): RemoteEncoder {
  const sent = createDigestCache(now);
  const known = createEncoderStateCache(maxBytes);
  const metadataOf = memoized((signal: AbortSignal) => client.metadata(models.encoder, { signal }), now);
  const encode = async (request: EncodeRequest, prompts: readonly EncodablePrompt[], signal: AbortSignal) => {
    const { image, trace } = request;
    const metadata = await metadataOf(signal);
    const acceptsDigest = metadata.inputs.some(({ name }) => name === "image_digest");
    const states = statesOutput(metadata);
    const outputs = [{ name: states.name }, { name: "sequence_length" }];
    const texts = prompts.map(({ text }) => text);
    const reply = await requestDigestFirst(image, { acceptsDigest }, sent, (isHeld) => {
      const inputs = [...imageTensors(image, acceptsDigest, isHeld), textTensor("prompt", texts)];
      return client.infer(models.encoder, { inputs, outputs }, callOptions(signal, trace));
    });
    const { data: lengths } = outputOf(reply, "sequence_length", "INT32");
    return {
      states: rowStates(outputOf(reply, states.name, states.datatype), lengths, prompts.length),
      revision: identityOf(reply.parameters)?.revision,
    };
  };
  return {
    encode: async (request, signal) => {
      try {
        return await known.encode(request, (missing) => encode(request, missing, signal));
      } catch (thrown) {
        throw backendProblem(thrown);
      }
    },
    ready: () => modelsReady(client, [models.encoder]),
    isOffered: (signal) => isThere(metadataOf(signal)),
  };
}

/** Throws `backend-unavailable` unless all of these models are ready. */
export async function modelsReady(client: InferenceClient, names: readonly string[]): Promise<void> {
  try {
    const ready = await Promise.all(names.map((name) => client.modelReady(name)));
    if (ready.every(Boolean)) return;
  } catch (thrown) {
    throw backendProblem(thrown);
  }
  throw new Problem("backend-unavailable", "The backend says that it is not ready.");
}
