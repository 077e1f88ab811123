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
import { digestSupport, requestDigestFirst } from "./digest-first.ts";
import { identityOf, mayBeSameModel } from "../inference/model-identity.ts";
import type { InferenceClient } from "../inference/protocol/client.ts";
import type { ModelMetadata } from "../inference/protocol/metadata.ts";
import type { CallOptions } from "../inference/protocol/session.ts";
import { modelDescriptionOf } from "./remote-description.ts";
import { type CheckModel, streamedEvents } from "./remote-stream.ts";
import { memoized } from "../inference/memoized.ts";
import { createDigestCache, type DigestCache } from "./digest-cache.ts";
import { callOptions, countTensors, imageTensors, models, decodingParameters, textTensor } from "../inference/wire.ts";

/** Options of the remote backend. */
export interface RemoteOptions {
  readonly client: InferenceClient;
  readonly now: () => number;
  /** Milliseconds for one answer, including all calls for it; by default the client's timeout applies to each call. */
  readonly timeoutMs?: number;
  /** The model description from the deployment's own files, for backends that do not report their model. */
  readonly describe: () => Promise<ModelDescription>;
}

/** Outputs that every backend has, and outputs that are requested if the metadata lists them. */
const REQUIRED = ["text", "token_ids", "token_logprobs", "token_count"];
const OPTIONAL = ["prompt_token_count", "finish_reason"];

/** Timeout in milliseconds for refreshing known metadata: answers from the cache wait for it too. */
export const REFRESH_TIMEOUT_MS = 2000;

/** State of the backend for one request. */
interface RequestContext {
  readonly metadata: ModelMetadata;
  readonly digests: DigestCache;
  readonly check: CheckModel;
  /** Options of a call that starts now. */
  readonly nextCall: () => CallOptions;
}

async function* inferredEvents(
  { client }: RemoteOptions,
  request: GenerateRequest,
  { metadata, digests, check, nextCall }: RequestContext,
): AsyncGenerator<GenerationEvent> {
  const { image, prompts, decoding } = request;
  const offered = new Set(metadata.outputs.map(({ name }) => name));
  const outputs = [...REQUIRED, ...OPTIONAL.filter((name) => offered.has(name))].map((name) => ({ name }));
  const support = digestSupport(metadata);
  const reply = await requestDigestFirst(image, support, digests, (isCached) => {
    const inputs = [
      ...imageTensors(image, support, isCached),
      textTensor("prompt", prompts),
      ...countTensors("max_new_tokens", decoding.maxNewTokens),
      ...countTensors("num_beams", decoding.beams),
    ];
    const inferRequest = { inputs, outputs, parameters: decodingParameters(request) };
    return client.infer(models.florence2, inferRequest, nextCall());
  });
  check(reply.parameters);
  const timings = timingsOf(reply);
  for (const [prompt, generation] of generationsOf(reply, prompts.length, decoding.maxNewTokens).entries()) {
    yield { type: "done", prompt, generation, timings };
  }
}

function modelChanged(): ModelChanged {
  return new ModelChanged("The backend runs another model than the one that was asked for.");
}

/** Returns the options of the next call. The deadline of all calls for one answer is the same. */
function callsWithDeadline({ timeoutMs, now }: RemoteOptions, call: CallOptions): () => CallOptions {
  if (timeoutMs === undefined) return () => call;
  const endsAt = now() + timeoutMs;
  return () => ({ ...call, deadlineMs: endsAt - now() });
}

/** Compares the metadata, and then each reply, with the requested model. Invalidates the metadata if a reply contradicts it. */
function createModelCheck(
  { model }: GenerateRequest,
  metadata: ModelMetadata,
  invalidate: (metadata: ModelMetadata) => void,
): CheckModel {
  // Another request has already noticed the change: no need to generate an answer first.
  if (!mayBeSameModel(modelDescriptionOf(metadata), model)) throw modelChanged();
  return (parameters) => {
    if (mayBeSameModel(identityOf(parameters), model)) return;
    invalidate(metadata);
    throw modelChanged();
  };
}

/** Runs the whole model on a remote server. Images are sent unchanged and never decoded locally. */
export function createRemoteBackend(options: RemoteOptions): Backend {
  const { client, now, timeoutMs } = options;
  const describe = memoized(options.describe, now);
  const digests = createDigestCache(now);
  const metadataOf = memoized((call: CallOptions) => client.metadata(models.florence2, call), now);
  let isDescribed = false;
  return {
    generate: async function* (request, signal) {
      try {
        const nextCall = callsWithDeadline(options, callOptions(signal, request.trace));
        const metadata = await metadataOf({ signal });
        const check = createModelCheck(request, metadata, metadataOf.invalidate);
        // A backend that does not stream, such as Triton, returns whole answers: the events are then `done` only.
        yield* request.stream === true && metadata.parameters["generate_stream"] === true
          ? streamedEvents(client, request, check, nextCall())
          : inferredEvents(options, request, { metadata, digests, check, nextCall });
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
        const call = { deadlineMs: Math.min(REFRESH_TIMEOUT_MS, timeoutMs ?? REFRESH_TIMEOUT_MS), isBestEffort: true };
        const metadata = await metadataOf(isDescribed ? call : {});
        isDescribed = true;
        return modelDescriptionOf(metadata) ?? (await describe());
      } catch (thrown) {
        throw backendProblem(thrown);
      }
    },
  };
}
