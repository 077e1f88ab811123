import { decodeReply, encodeRequest } from "../../src/inference/protocol/binary-extension.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import { models, textTensor } from "../../src/inference/wire.ts";
import type { ImageRequest } from "./requests.ts";

/** The generated ids of each prompt of a request. */
export type Ids = readonly (readonly number[])[];

/** An encoded HTTP request, prepared before the measurement starts. */
export interface Message {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The wire format of a server: encodes requests and decodes replies. */
export interface Wire {
  readonly encode: (request: ImageRequest) => Message;
  readonly decode: (body: Uint8Array, headers: Headers) => Ids;
}

function numbersOf(outputs: readonly NamedTensor[], name: string): readonly number[] {
  const tensor = outputs.find((output) => output.name === name);
  if (tensor?.datatype !== "INT64" && tensor?.datatype !== "INT32") throw new TypeError(`The reply has no ${name}.`);
  return Array.from(tensor.data, Number);
}

/** Our own format: the Open Inference Protocol with binary tensors, as the edge sends it. */
const openInference: Wire = {
  encode: ({ image, prompts }) => {
    const imageTensor: NamedTensor = { name: "image", datatype: "BYTES", shape: [1], data: [image] };
    const outputs = ["token_ids", "token_count"].map((name) => ({ name, parameters: { binary_data: true } }));
    const encoded = encodeRequest({ inputs: [imageTensor, textTensor("prompt", prompts)], outputs }, () => true);
    if (!encoded.ok) throw new TypeError(encoded.failure.detail);
    return { path: `/v2/models/${models.florence2}/infer`, ...encoded.value };
  },
  decode: (body, headers) => {
    const reply = decodeReply(body, headers);
    if (!reply.ok) throw new TypeError(reply.failure.detail);
    const ids = numbersOf(reply.value.outputs, "token_ids");
    const counts = numbersOf(reply.value.outputs, "token_count");
    const longest = ids.length / counts.length;
    return counts.map((count, row) => ids.slice(row * longest, row * longest + count));
  },
};

/** The competitors' format, minimal HTTP: the image is the body, with one prompt per call. */
const plain: Wire = {
  encode: ({ image, prompts: [prompt = ""] }) => ({
    path: `/?prompt=${encodeURIComponent(prompt)}`,
    headers: { "content-type": "application/octet-stream" },
    body: image,
  }),
  decode: (body) => {
    const ids: readonly number[] = JSON.parse(new TextDecoder().decode(body));
    return [ids];
  },
};

/** The wire formats by name. */
export const wires = { "open-inference": openInference, plain } as const;

/** The name of a wire format. */
export type WireName = keyof typeof wires;
