import { Problem } from "../contract/problems.ts";
import type { Backend, GenerateRequest, GenerationEvent, ModelDescription } from "./backend.ts";
import { backendProblem } from "./backend-problem.ts";
import { generationsOf, timingsOf } from "./generations.ts";
import { askWithDigest } from "./held-images.ts";
import type { InferenceClient } from "./protocol/client.ts";
import type { ModelMetadata } from "./protocol/metadata.ts";
import { describedBy } from "./remote-description.ts";
import { streamedEvents } from "./remote-stream.ts";
import { remembered } from "./remembered.ts";
import { createSentDigests, type SentDigests } from "./sent-digests.ts";
import { callOptions, countTensors, imageTensors, models, ruleParameters, textTensor } from "./wire.ts";

/** What the remote backend is made of. */
export interface RemoteOptions {
  readonly client: InferenceClient;
  readonly now: () => number;
  /** For backends that do not say which model they run: what the deployment's own files say. */
  readonly describe: () => Promise<ModelDescription>;
}

/** Outputs that every backend has, and those that are asked for where they are offered. */
const REQUIRED = ["text", "token_ids", "token_logprobs", "token_count"];
const OFFERED = ["prompt_token_count", "finish_reason"];

async function* inferredEvents(
  { client }: RemoteOptions,
  request: GenerateRequest,
  { metadata, sent }: { readonly metadata: ModelMetadata; readonly sent: SentDigests },
  signal: AbortSignal,
): AsyncGenerator<GenerationEvent> {
  const { image, prompts, decoding, trace } = request;
  const offered = new Set(metadata.outputs.map(({ name }) => name));
  const outputs = [...REQUIRED, ...OFFERED.filter((name) => offered.has(name))].map((name) => ({ name }));
  const takesDigest = metadata.inputs.some(({ name }) => name === "image_digest");
  const reply = await askWithDigest(image, { takesDigest }, sent, (isHeld) => {
    const inputs = [
      ...imageTensors(image, takesDigest, isHeld),
      textTensor("prompt", prompts),
      ...countTensors("max_new_tokens", decoding.maxNewTokens),
      ...countTensors("num_beams", decoding.beams),
    ];
    const asked = { inputs, outputs, parameters: ruleParameters(request) };
    return client.infer(models.florence2, asked, callOptions(signal, trace));
  });
  const timings = timingsOf(reply);
  for (const [prompt, generation] of generationsOf(reply, prompts.length, decoding.maxNewTokens).entries()) {
    yield { type: "done", prompt, generation, timings };
  }
}

/** The whole model elsewhere: pictures are sent as they came, and never decoded here. */
export function createRemoteBackend(options: RemoteOptions): Backend {
  const { client, now } = options;
  const describe = remembered(options.describe, now);
  const sent = createSentDigests(now);
  const metadataOf = remembered((signal?: AbortSignal) => client.metadata(models.florence2, { signal }), now);
  return {
    generate: async function* (request, signal) {
      try {
        const metadata = await metadataOf(signal);
        // Triton writes whole answers: they are then all that streams.
        yield* request.stream === true && metadata.parameters["generate_stream"] === true
          ? streamedEvents(client, request, signal)
          : inferredEvents(options, request, { metadata, sent }, signal);
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
        return describedBy(await metadataOf()) ?? (await describe());
      } catch (thrown) {
        throw backendProblem(thrown);
      }
    },
  };
}
