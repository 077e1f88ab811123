import { createByteLru } from "../cache/byte-lru.ts";
import {
  type EncodablePrompt,
  type EncodedImage,
  type EncodedPrompts,
  type EncoderStates,
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
import { modelsReady, type RemoteEncoderOptions } from "./remote-encoder.ts";
import { callOptions, models } from "../inference/wire.ts";

/** What a backend that serves nothing but the graphs leaves to us. */
export interface GraphEncoderOptions extends RemoteEncoderOptions {
  /** The vision encoder's input of a picture, `[3, size, size]`. */
  readonly pixels: (image: EncodedImage) => Promise<Float32Array>;
  /** What the encoder reads of a prompt's ids, `[1, tokens, width]`. */
  readonly embed: (ids: readonly number[]) => Promise<EncoderStates>;
}

function float32(name: string, shape: readonly number[], data: Float32Array): NamedTensor {
  return { name, datatype: "FP32", shape, data };
}

/** The visual tokens, then the prompt's: `[1, both, width]`. */
function joined(features: EncoderStates, prompt: EncoderStates): NamedTensor {
  const data = new Float32Array(features.data.length + prompt.data.length);
  data.set(features.data);
  data.set(prompt.data, features.data.length);
  const [, visual = 0, width = 0] = features.dims;
  return float32("inputs_embeds", [1, visual + (prompt.dims[1] ?? 0), width], data);
}

/** Runs one graph on one row. */
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

/** Side by side: whether they become one batch is the server's to decide. */
async function encodePrompts(
  { client, embed }: GraphEncoderOptions,
  features: EncoderStates,
  { prompts, call }: { readonly prompts: readonly EncodablePrompt[]; readonly call: CallOptions },
): Promise<readonly EncodedPrompts[]> {
  const embedded: NamedTensor[] = [];
  for (const { ids } of prompts) embedded.push(joined(features, await embed(ids)));
  const encoded = embedded.map((embeddings) => {
    const tokens = embeddings.shape[1] ?? 0;
    const data = new BigInt64Array(tokens).fill(1n);
    const mask: NamedTensor = { name: "attention_mask", datatype: "INT64", shape: [1, tokens], data };
    return runGraph(client, models.encoderGraph, { inputs: [mask, embeddings], output: "last_hidden_state", call });
  });
  return Promise.all(encoded);
}

/** What was encoded in several calls as if in one; undefined where not all came from the same model. */
function together(features: EncodedPrompts, encoded: readonly EncodedPrompts[]): EncodedPrompts | undefined {
  const { revision } = features;
  if (encoded.some((each) => each.revision !== revision)) return undefined;
  return { states: encoded.flatMap(({ states }) => states), revision };
}

/** `vision_encoder` and `encoder_model` as any server serves the bare ONNX files: the picture is decoded, and the prompt embedded, here. */
export function createGraphEncoder(options: GraphEncoderOptions): PromptEncoder {
  const { client, stateBytes: maxBytes } = options;
  const seen = createByteLru<EncodedPrompts>({
    maxBytes,
    bytesOf: ({ states }) => states.reduce((sum, each) => sum + stateBytes(each), 0),
  });
  const known = createEncoderStateCache(maxBytes);
  const look = async (image: EncodedImage, call: CallOptions): Promise<EncodedPrompts> => {
    const features = await encodeImage(options, image, call);
    seen.set(image.digest, features);
    return features;
  };
  const read = async (features: EncodedPrompts, prompts: readonly EncodablePrompt[], call: CallOptions) => {
    const [first] = features.states;
    return together(features, first === undefined ? [] : await encodePrompts(options, first, { prompts, call }));
  };
  return {
    encode: async (request, signal) => {
      const call = callOptions(signal, request.trace);
      try {
        return await known.encode(request, async (prompts) => {
          const { image } = request;
          const features = seen.get(image.digest) ?? (await look(image, call));
          // A picture that the model before has looked at means nothing to its successor.
          const encoded = (await read(features, prompts, call)) ?? (await read(await look(image, call), prompts, call));
          if (encoded === undefined) throw new ModelChanged("The encoders keep changing.");
          return encoded;
        });
      } catch (thrown) {
        throw backendProblem(thrown);
      }
    },
    ready: () => modelsReady(client, [models.visionEncoder, models.encoderGraph]),
  };
}
