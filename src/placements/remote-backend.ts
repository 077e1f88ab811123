import { Problem } from "../contract/problems.ts";
import {
  type Backend,
  type GenerateRequest,
  type GenerationEvent,
  ModelChanged,
  type ModelDescription,
} from "../inference/backend.ts";
import { backendProblem } from "./backend-problem.ts";
import { generationsOf, timingsOf } from "../inference/generations.ts";
import { requestDigestFirst } from "./digest-first.ts";
import { identityOf, mayBeSameModel } from "../inference/model-identity.ts";
import type { InferenceClient } from "../inference/protocol/client.ts";
import type { ModelMetadata } from "../inference/protocol/metadata.ts";
import type { CallOptions } from "../inference/protocol/session.ts";
import { modelDescriptionOf } from "./remote-description.ts";
import { type CheckModel, streamedEvents } from "./remote-stream.ts";
import { memoized } from "../inference/memoized.ts";
import { createDigestCache, type DigestCache } from "./digest-cache.ts";
import { callOptions, countTensors, imageTensors, models, decodingParameters, textTensor } from "../inference/wire.ts";

/** What the remote backend is made of. */
export interface RemoteOptions {
  readonly client: InferenceClient;
  readonly now: () => number;
  /** Milliseconds that one answer may take, all that is asked for it included; the client's own for each call if left out. */
  readonly timeoutMs?: number;
  /** For backends that do not say which model they run: what the deployment's own files say. */
  readonly describe: () => Promise<ModelDescription>;
}

/** Outputs that every backend has, and those that are asked for where they are offered. */
const REQUIRED = ["text", "token_ids", "token_logprobs", "token_count"];
const OFFERED = ["prompt_token_count", "finish_reason"];

/** How long a backend that has been described may take to say whether it is still the same: what is in the cache waits for it. */
export const METADATA_REFRESH_TIMEOUT_MS = 2000;

/** What is known of whoever answers. */
interface Known {
  readonly metadata: ModelMetadata;
  readonly sent: DigestCache;
  readonly check: CheckModel;
  /** What goes with a call that begins now. */
  readonly callOf: () => CallOptions;
}

async function* inferredEvents(
  { client }: RemoteOptions,
  request: GenerateRequest,
  { metadata, sent, check, callOf }: Known,
): AsyncGenerator<GenerationEvent> {
  const { image, prompts, decoding } = request;
  const offered = new Set(metadata.outputs.map(({ name }) => name));
  const outputs = [...REQUIRED, ...OFFERED.filter((name) => offered.has(name))].map((name) => ({ name }));
  const acceptsDigest = metadata.inputs.some(({ name }) => name === "image_digest");
  const reply = await requestDigestFirst(image, { acceptsDigest }, sent, (isHeld) => {
    const inputs = [
      ...imageTensors(image, acceptsDigest, isHeld),
      textTensor("prompt", prompts),
      ...countTensors("max_new_tokens", decoding.maxNewTokens),
      ...countTensors("num_beams", decoding.beams),
    ];
    const asked = { inputs, outputs, parameters: decodingParameters(request) };
    return client.infer(models.florence2, asked, callOf());
  });
  check(reply.parameters);
  const timings = timingsOf(reply);
  for (const [prompt, generation] of generationsOf(reply, prompts.length, decoding.maxNewTokens).entries()) {
    yield { type: "done", prompt, generation, timings };
  }
}

function changed(): ModelChanged {
  return new ModelChanged("The backend runs another model than the one that was asked for.");
}

/** What goes with each call for an answer, so that all of them together have the time of one. */
function callsWithin({ timeoutMs, now }: RemoteOptions, call: CallOptions): () => CallOptions {
  if (timeoutMs === undefined) return () => call;
  const endsAt = now() + timeoutMs;
  return () => ({ ...call, deadlineMs: endsAt - now() });
}

/** Holds metadata and each reply against the model that is wanted. What a reply proves wrong is forgotten. */
function checkFor(
  { model }: GenerateRequest,
  metadata: ModelMetadata,
  forget: (metadata: ModelMetadata) => void,
): CheckModel {
  // Another request has found it out already: nobody need write an answer to see it.
  if (!mayBeSameModel(modelDescriptionOf(metadata), model)) throw changed();
  return (parameters) => {
    if (mayBeSameModel(identityOf(parameters), model)) return;
    forget(metadata);
    throw changed();
  };
}

/** The whole model elsewhere: pictures are sent as they came, and never decoded here. */
export function createRemoteBackend(options: RemoteOptions): Backend {
  const { client, now, timeoutMs } = options;
  const describe = memoized(options.describe, now);
  const sent = createDigestCache(now);
  const metadataOf = memoized((call: CallOptions) => client.metadata(models.florence2, call), now);
  let isDescribed = false;
  return {
    generate: async function* (request, signal) {
      try {
        const callOf = callsWithin(options, callOptions(signal, request.trace));
        const metadata = await metadataOf({ signal });
        const check = checkFor(request, metadata, metadataOf.forget);
        // Triton writes whole answers: they are then all that streams.
        yield* request.stream === true && metadata.parameters["generate_stream"] === true
          ? streamedEvents(client, request, check, callOf())
          : inferredEvents(options, request, { metadata, sent, check, callOf });
      } catch (thrown) {
        throw backendProblem(thrown);
      }
    },
    ready: async () => {
      try {
        if (await client.modelReady(models.florence2)) return;
      } catch (thrown) {
        throw backendProblem(thrown);
      }
      throw new Problem("backend-unavailable", "The backend says that it is not ready.");
    },
    model: async () => {
      try {
        const renewal = {
          deadlineMs: Math.min(METADATA_REFRESH_TIMEOUT_MS, timeoutMs ?? METADATA_REFRESH_TIMEOUT_MS),
          isBestEffort: true,
        };
        const metadata = await metadataOf(isDescribed ? renewal : {});
        isDescribed = true;
        return modelDescriptionOf(metadata) ?? (await describe());
      } catch (thrown) {
        throw backendProblem(thrown);
      }
    },
  };
}
