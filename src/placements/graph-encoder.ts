import { createByteLru } from "../cache/byte-lru.ts";
import {
  type EncodablePrompt,
  type EncodedImage,
  type EncodedPrompts,
  type EncoderStates,
  featureKey,
  ModelChanged,
  type PromptEncoder,
} from "../inference/backend.ts";
import { backendProblem } from "./backend-problem.ts";
import { rowStates, stateBytes } from "./encoder-states.ts";
import { createEncoderStateCache } from "./encoder-state-cache.ts";
import { identityOf } from "../inference/model-identity.ts";
import type { InferenceClient } from "../inference/protocol/client.ts";
import type { NamedTensor } from "../inference/protocol/datatypes.ts";
import { outputOf } from "../inference/protocol/infer.ts";
import type { CallOptions } from "../inference/protocol/session.ts";
import { requireModelsReady, type RemoteEncoderOptions } from "./remote-encoder.ts";
import { callOptions, models } from "../inference/wire.ts";

/** Options for a backend that serves only the ONNX graphs: the caller preprocesses images and embeds prompts. */
export interface GraphEncoderOptions extends RemoteEncoderOptions {
  /** Returns the vision encoder's input for an image, `[3, size, size]`. */
  readonly pixels: (image: EncodedImage) => Promise<Float32Array>;
  /** Returns the embeddings of a prompt's ids, `[1, tokens, width]`. */
  readonly embed: (ids: readonly number[]) => Promise<EncoderStates>;
}

function float32(name: string, shape: readonly number[], data: Float32Array): NamedTensor {
  return { name, datatype: "FP32", shape, data };
}

/** Concatenates the image features and the prompt embeddings: `[1, visual + prompt tokens, width]`. */
function concatenated(features: EncoderStates, prompt: EncoderStates): NamedTensor {
  const data = new Float32Array(features.data.length + prompt.data.length);
  data.set(features.data);
  data.set(prompt.data, features.data.length);
  const [, visual = 0, width = 0] = features.dims;
  return float32("inputs_embeds", [1, visual + (prompt.dims[1] ?? 0), width], data);
}

/** Runs a graph with batch size 1. */
async function runGraph(
  client: InferenceClient,
  model: string,
  {
    inputs,
    output,
    call,
  }: { readonly inputs: readonly NamedTensor[]; readonly output: string; readonly call: CallOptions },
): Promise<EncodedPrompts> {
  const reply = await client.infer(model, { inputs, outputs: [{ name: output }] }, call);
  const states = outputOf(reply, output, "FP32");
  return { states: rowStates(states, [states.shape[1] ?? 0], 1), revision: identityOf(reply.parameters)?.revision };
}

async function encodeImage(
  { client, pixels }: GraphEncoderOptions,
  image: EncodedImage,
  call: CallOptions,
): Promise<EncodedPrompts> {
  const input = await pixels(image);
  const size = Math.sqrt(input.length / 3);
  const inputs = [float32("pixel_values", [1, 3, size, size], input)];
  return runGraph(client, models.visionEncoder, { inputs, output: "image_features", call });
}

/** Sends all prompts concurrently; the server may batch them. */
async function encodePrompts(
  { client, embed }: GraphEncoderOptions,
  features: EncoderStates,
  { prompts, call }: { readonly prompts: readonly EncodablePrompt[]; readonly call: CallOptions },
): Promise<readonly EncodedPrompts[]> {
  const embedded: NamedTensor[] = [];
  for (const { ids } of prompts) embedded.push(concatenated(features, await embed(ids)));
  const encoded = embedded.map((embeddings) => {
    const tokens = embeddings.shape[1] ?? 0;
    const data = new BigInt64Array(tokens).fill(1n);
    const mask: NamedTensor = { name: "attention_mask", datatype: "INT64", shape: [1, tokens], data };
    return runGraph(client, models.encoderGraph, { inputs: [mask, embeddings], output: "last_hidden_state", call });
  });
  return Promise.all(encoded);
}

/** Merges the results of several calls; undefined if they do not all come from the same model. */
function merged(features: EncodedPrompts, encoded: readonly EncodedPrompts[]): EncodedPrompts | undefined {
  const { revision } = features;
  if (encoded.some((each) => each.revision !== revision)) return undefined;
  return { states: encoded.flatMap(({ states }) => states), revision };
}

/** Encodes with the ONNX graphs `vision_encoder` and `encoder_model`, which any server can serve. Images are decoded and prompts embedded locally. */
export function createGraphEncoder(options: GraphEncoderOptions): PromptEncoder {
  const { client, stateBytes: maxBytes } = options;
  const featureCache = createByteLru<EncodedPrompts>({
    maxBytes,
    bytesOf: ({ states }) => states.reduce((sum, each) => sum + stateBytes(each), 0),
  });
  const stateCache = createEncoderStateCache(maxBytes);
  const encodeFeatures = async (image: EncodedImage, call: CallOptions): Promise<EncodedPrompts> => {
    const features = await encodeImage(options, image, call);
    featureCache.set(featureKey(image), features);
    return features;
  };
  const encodeStates = async (features: EncodedPrompts, prompts: readonly EncodablePrompt[], call: CallOptions) => {
    const [first] = features.states;
    return merged(features, first === undefined ? [] : await encodePrompts(options, first, { prompts, call }));
  };
  return {
    encode: async (request, signal) => {
      const call = callOptions(signal, request.trace);
      try {
        return await stateCache.encode(request, async (prompts) => {
          const { image } = request;
          const features = featureCache.get(featureKey(image)) ?? (await encodeFeatures(image, call));
          // Features of one model are invalid for another: encode the image again if the model has changed.
          const encoded =
            (await encodeStates(features, prompts, call)) ??
            (await encodeStates(await encodeFeatures(image, call), prompts, call));
          if (encoded === undefined) throw new ModelChanged("The encoders keep changing.");
          return encoded;
        });
      } catch (thrown) {
        throw backendProblem(thrown);
      }
    },
    ready: () => requireModelsReady(client, [models.visionEncoder, models.encoderGraph]),
  };
}
