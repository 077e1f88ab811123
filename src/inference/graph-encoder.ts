import { createByteLru } from "../cache/byte-lru.ts";
import type { EncodablePrompt, EncodedImage, EncoderStates, PromptEncoder } from "./backend.ts";
import { backendProblem } from "./backend-problem.ts";
import { rowStates, stateBytes } from "./encoder-states.ts";
import type { InferenceClient } from "./protocol/client.ts";
import type { NamedTensor } from "./protocol/datatypes.ts";
import { outputOf } from "./protocol/infer.ts";
import type { CallOptions } from "./protocol/session.ts";
import { encodeUnknown, modelsReady, type RemoteEncoderOptions } from "./remote-encoder.ts";
import { callOptions, models } from "./wire.ts";

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
): Promise<readonly EncoderStates[]> {
  const reply = await client.infer(model, { inputs, outputs: [{ name: output }] }, call);
  const states = outputOf(reply, output, "FP32");
  return rowStates(states, [states.shape[1] ?? 0], 1);
}

async function encodeImage(
  { client, pixels }: GraphEncoderOptions,
  image: EncodedImage,
  call: CallOptions,
): Promise<readonly EncoderStates[]> {
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
): Promise<readonly EncoderStates[]> {
  const embedded: NamedTensor[] = [];
  for (const { ids } of prompts) embedded.push(joined(features, await embed(ids)));
  const encoded = embedded.map((embeddings) => {
    const tokens = embeddings.shape[1] ?? 0;
    const data = new BigInt64Array(tokens).fill(1n);
    const mask: NamedTensor = { name: "attention_mask", datatype: "INT64", shape: [1, tokens], data };
    return runGraph(client, models.encoderGraph, { inputs: [mask, embeddings], output: "last_hidden_state", call });
  });
  return (await Promise.all(encoded)).flat();
}

/** `vision_encoder` and `encoder_model` as any server serves the bare ONNX files: the picture is decoded, and the prompt embedded, here. */
export function createGraphEncoder(options: GraphEncoderOptions): PromptEncoder {
  const { client, stateBytes: maxBytes } = options;
  const seen = createByteLru({ maxBytes, bytesOf: stateBytes });
  const known = createByteLru({ maxBytes, bytesOf: stateBytes });
  const look = async (image: EncodedImage, call: CallOptions): Promise<readonly EncoderStates[]> => {
    const held = seen.get(image.digest);
    if (held !== undefined) return [held];
    const features = await encodeImage(options, image, call);
    for (const each of features) seen.set(image.digest, each);
    return features;
  };
  return {
    encode: async (request, signal) => {
      const call = callOptions(signal, request.trace);
      try {
        return await encodeUnknown(request, known, async (prompts) => {
          const [features] = await look(request.image, call);
          return features === undefined ? [] : encodePrompts(options, features, { prompts, call });
        });
      } catch (thrown) {
        throw backendProblem(thrown);
      }
    },
    ready: () => modelsReady(client, [models.visionEncoder, models.encoderGraph]),
  };
}
